"""Plan, then apply: what a profile asks for, compared with what a vCenter has."""
