"""Reading an OVA that may be hostile: its members, descriptor, manifest, digests and origin."""
