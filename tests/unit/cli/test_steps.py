"""A running deployment on a terminal."""

from __future__ import annotations

import io
from dataclasses import dataclass

from core.cli.steps import StepPrinter
from core.cli.verify import _CheckPrinter
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


def test_a_log_says_what_is_waited_for_once_and_not_every_second() -> None:
    stream = io.StringIO()
    printer = StepPrinter(OneStep("machine", Text("Virtual machine")), stream)
    said = Text("Nothing answers on port {port}.", port="5556")
    for passed in (1, 2, 3):
        detail = Text("{said} Waiting, {passed} of at most {limit} s",
                      said=said, passed=passed, limit=60)  # fmt: skip
        printer(Progress("machine", passed / 60, detail))
    for fraction in (0.1, 0.2):
        printer(Progress("machine", fraction, Text("vCenter is copying the template")))
    lines = [" ".join(line.split()) for line in stream.getvalue().splitlines()]
    assert lines == [
        "… Virtual machine Nothing answers on port 5556. Waiting, 1 of at most 60 s 2%",
        "… Virtual machine vCenter is copying the template 10%",
    ]


def test_another_thing_waited_for_is_said_too() -> None:
    stream = io.StringIO()
    printer = StepPrinter(OneStep("machine", Text("Virtual machine")), stream)
    for name in ("a", "a", "b"):
        printer(Progress("machine", None, Text("Waiting for {name}", name=name)))
    assert [line.split()[-1] for line in stream.getvalue().splitlines()] == ["a", "b"]


def test_verify_says_in_a_log_what_it_waits_for() -> None:
    stream = io.StringIO()
    printer = _CheckPrinter(stream)
    for passed in (1, 2):
        printer(Progress("proof-port", None, Text("No answer, {passed} s", passed=passed)))
    assert [line.split(maxsplit=1) for line in stream.getvalue().splitlines()] == [
        ["…", "No answer, 1 s"]
    ]
