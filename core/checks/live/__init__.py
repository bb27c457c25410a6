"""Checks that ask the live vCenter and, where it is in reach, the network; nothing is changed."""
