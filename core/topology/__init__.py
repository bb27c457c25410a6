"""The network a profile describes, as lanes, NICs, gateways, ranges and who reaches what.

Computed from any profile, also a half-filled or wrong one: what cannot be read stays as the text
that was typed, and nothing raises. The live picture and the hand-off sheet are made from it.
"""

from core.topology.build import build_topology
from core.topology.concern import concerns, named_in
from core.topology.places import (
    FRONTEND,
    FURTHER,
    MANAGEMENT,
    WORKLOAD,
    Appliance,
    Flow,
    Kind,
    Lane,
    Mark,
    Place,
    Scale,
    Span,
    Switch,
    Topology,
)
from core.topology.switch import MOST_EXCEPTIONS

__all__ = [
    "FRONTEND",
    "FURTHER",
    "MANAGEMENT",
    "MOST_EXCEPTIONS",
    "WORKLOAD",
    "Appliance",
    "Flow",
    "Kind",
    "Lane",
    "Mark",
    "Place",
    "Scale",
    "Span",
    "Switch",
    "Topology",
    "build_topology",
    "concerns",
    "named_in",
]
