"""A running deployment on a terminal."""

from __future__ import annotations

import io
from dataclasses import dataclass

from core.cli.steps import StepPrinter
from core.jobs import Progress, StepEvent, StepState
from core.text import Text

HOSTILE = "host\x1b]0;owned\x07"


@dataclass
class OneStep:
    key: str
    title: Text

    @property
    def steps(self) -> list[OneStep]:
        return [self]


def test_what_a_vcenter_names_things_cannot_steer_a_terminal() -> None:
    stream = io.StringIO()
    printer = StepPrinter(OneStep("hosts", Text("Hosts")), stream)
    reason = Text("{name} is used.", name=HOSTILE)
    printer(Progress("hosts", 0.5, reason, 1, 2, 1.0, 1.0))
    printer(StepEvent("hosts", StepState.SKIPPED, 0.0, reason))
    printer(Progress("hosts", None, reason))
    printer._moves = True
    printer(Progress("hosts", None, reason))
    said = stream.getvalue().replace("\r\x1b[K", "")
    assert "\\x1b]0;owned" in said
    assert "\x1b" not in said
    assert "\x07" not in said
