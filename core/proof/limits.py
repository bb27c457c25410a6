"""How long a proof waits for what, stated in one place."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace


class Limits(Struct, frozen=True):
    """Seconds each check may wait, and between two looks.

    ``boot_s`` counts from the power-on: an appliance that has been on for longer is judged at
    once. The vendor's own script waits five to ten minutes for the first boot.
    """

    boot_s: float = 600
    network_s: float = 60
    answer_s: float = 5
    poll_s: float = 2
    total_s: float | None = None

    def within(self, seconds: float | None) -> Limits:
        """The same, but all checks together may wait no longer than ``seconds``."""
        return self if seconds is None else replace(self, total_s=seconds)
