"""Whether it has been shown that an appliance works: in this run, on an earlier day, or not."""

from __future__ import annotations

from msgspec import Struct

from core.text import Text


class Standing(Struct, frozen=True):
    """What is known of the proof after a deployment.

    ``at`` is when an earlier proof was made, ISO 8601; "" where it was made in this run.
    """

    proven: bool
    at: str = ""

    @property
    def day(self) -> str:
        """The day of an earlier proof, as 2026-01-02."""
        return self.at[:10]

    def said_of(self, name: str) -> Text:
        """In one sentence."""
        if not self.proven:
            return Text("{name} is powered on; it is not proven that it works.", name=name)
        if self.at:
            return Text("{name} was proven to work on {day}.", name=name, day=self.day)
        return Text("{name} is proven to work.", name=name)

    def as_dict(self) -> dict[str, object]:
        """For ``--json``: ``at`` is null unless it was proven on an earlier day."""
        return {"proven": self.proven, "at": self.at or None}


UNPROVEN = Standing(proven=False)
