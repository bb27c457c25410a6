"""How a run of the benchmarks is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_FULL, _QUICK = 1 << 30, 256 << 20


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    quick: bool
    cache: Path
    build_inventory: bool

    def rounds(self, usual: int) -> int:
        """How often to measure something; an odd number, so that the median is a run."""
        return min(usual, 3) if self.quick else usual

    @property
    def ova_bytes(self) -> int:
        """The size of the large OVA."""
        return _QUICK if self.quick else _FULL

    @property
    def ova_size(self) -> str:
        """That size, for titles."""
        return f"{self.ova_bytes >> 20:,} MiB"
