"""Checks that ask the live vCenter and, where it can be reached, the network; they change nothing."""
