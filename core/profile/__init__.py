"""The profile: one YAML file that describes a switch and an appliance, without any secret."""
