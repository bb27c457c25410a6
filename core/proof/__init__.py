"""Proof that a deployed appliance works: what it says of itself, its certificate, its API."""
