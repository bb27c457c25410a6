"""What the command line prints: text for people, colour on terminals, JSON for machines."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from core.errors import AppError, InvalidInput, LoginError
from core.findings import Finding, Severity
from core.text import Text

_COLOURS = {
    "error": "31;1",
    "warning": "33;1",
    "note": "36",
    "good": "32;1",
    "quiet": "2",
}
_COMMAND = re.compile(r"(haproxy-setup [a-z]+(?: set)?) PROFILE\b")
_PASSWORD = "HAPROXY_SETUP_VCENTER_PASSWORD"
_profile = ""
_has_printed_json = False
_LABELS = {
    Severity.ERROR: Text("error"),
    Severity.WARNING: Text("warning"),
    Severity.NOTE: Text("note"),
}


def has_colour(stream: TextIO) -> bool:
    """Whether to colour what goes to ``stream``; see no-color.org."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def coloured(text: object, role: str, stream: TextIO | None = None) -> str:
    """``text`` in the colour of a role (error, warning, note, good, quiet) where there is one."""
    if not has_colour(stream or sys.stdout):
        return str(text)
    return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m"


def print_text(text: object = "", stream: TextIO | None = None) -> None:
    """One line; a command in it that needs the profile is shown with this run's own."""
    print(_COMMAND.sub(_with_profile, str(text)), file=stream or sys.stdout)


def name_profile(path: str) -> None:
    """A command begins: show commands for this profile from now on, so that they can be copied."""
    global _profile, _has_printed_json
    _profile, _has_printed_json = "", False
    if path and os.name == "nt":
        _profile = f'"{shown(path)}"' if " " in path else shown(path)
    elif path:
        _profile = shlex.quote(shown(path))


def _with_profile(command: re.Match[str]) -> str:
    return f"{command[1]} {_profile}" if _profile else command[0]


def print_json(data: Any) -> None:
    """Data for machines on standard output; commands in it are this profile's too."""
    global _has_printed_json
    _has_printed_json = True
    print(json.dumps(_named(data), indent=2, ensure_ascii=False, default=str))


def has_printed_json() -> bool:
    """Whether this command has: two documents in a row are none."""
    return _has_printed_json


def _named(data: Any) -> Any:
    if isinstance(data, str):
        return _COMMAND.sub(_with_profile, data)
    if isinstance(data, dict):
        return {key: _named(value) for key, value in data.items()}
    return [_named(value) for value in data] if isinstance(data, (list, tuple)) else data


def print_findings(findings: Sequence[Finding], stream: TextIO | None = None) -> None:
    """A block for each finding, the worst first, and a line that counts them."""
    stream = stream or sys.stdout
    for (_, advice), alike in itertools.groupby(ordered(findings), _kind):
        *others, last = alike
        for finding in others:  # of many objects: what to do is said once, below the last
            print_finding(finding, stream, with_advice=advice is None)
        print_finding(last, stream)
    print_text(summary(findings), stream)


def _kind(finding: Finding) -> tuple[str, str | None]:
    """Equal for findings that differ in the object only."""
    if finding.advice is None or finding.fix is not None:
        return f"{finding.code} {id(finding)}", None
    return finding.code, str(finding.advice)


def print_finding(finding: Finding, stream: TextIO, *, with_advice: bool = True) -> None:
    """Severity, fields and sentence in one line; advice and right value below."""
    width = max(map(columns, _LABELS.values()))
    label = coloured(padded(_LABELS[finding.severity], width), finding.severity.value, stream)
    fields = f"{', '.join(finding.fields)}  " if finding.fields else ""
    print_text(f"{label}  {fields}{shown(finding.what)}", stream)
    indent = " " * (width + 2)
    if finding.advice and with_advice:
        print_text(f"{indent}{shown(finding.advice)}", stream)
    for fix in (finding.fix, *finding.fix.also) if finding.fix else ():
        right = _in_yaml(fix.value)
        line = Text("Right would be: {field}: {value}", field=fix.field, value=right)
        print_text(f"{indent}{shown(line)}", stream)


def _in_yaml(value: object) -> str:
    """A right value as one would type it: lists with commas, mappings with colons."""
    if not isinstance(value, (tuple, list)):
        return str(value)
    pairs = all(isinstance(one, tuple) and len(one) == 2 for one in value)
    return ", ".join(f"{one[0]}: {_in_yaml(one[1])}" if pairs else str(one) for one in value)


def print_error(error: AppError) -> None:
    """What happened and what to do, on standard error."""
    stream = sys.stderr
    label = error_label()
    indent = " " * (columns(label) + 1)
    print_text(f"{coloured(label, 'error', stream)} {shown(error.what)}", stream)
    if isinstance(error, InvalidInput):
        print_findings(error.findings, stream)
    if error.advice:
        print_text(f"{indent}{shown(error.advice)}", stream)
    if isinstance(error, LoginError) and os.environ.get(_PASSWORD):
        source = Text("The password came from the environment: {variable}.", variable=_PASSWORD)
        print_text(f"{indent}{source}", stream)


def error_label() -> str:
    """What a line begins with that says why a command ended."""
    return f"{_LABELS[Severity.ERROR]}:"


def error_as_dict(error: AppError) -> dict[str, object]:
    """For ``--json``: an error in plain values."""
    described: dict[str, object] = {
        "code": error.code,
        "what": str(error.what),
        "advice": str(error.advice) if error.advice else None,
    }
    if isinstance(error, InvalidInput):
        described["findings"] = [finding.as_dict() for finding in error.findings]
    return described


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, then warnings, then notes, each in the order found."""
    order = list(Severity)
    return sorted(findings, key=lambda finding: order.index(finding.severity))


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each severity."""
    found = [finding.severity for finding in findings]
    return {f"{severity.value}s": found.count(severity) for severity in Severity}


def summary(findings: Sequence[Finding]) -> Text:
    """The counts in words."""
    if not findings:
        return Text("No problems found.")
    found = counts(findings)
    return Text(
        "{errors}, {warnings}, {notes}.",
        errors=Text("{count} error", "{count} errors", count=found["errors"]),
        warnings=Text("{count} warning", "{count} warnings", count=found["warnings"]),
        notes=Text("{count} note", "{count} notes", count=found["notes"]),
    )


def columns(text: object) -> int:
    """How wide ``text`` is on a terminal, where a kanji takes two columns."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in str(text))


def padded(text: object, width: int) -> str:
    """``text`` filled up to ``width`` columns of a terminal."""
    return str(text) + " " * max(0, width - columns(text))


def shown(text: object) -> str:
    """Text that cannot steer a terminal: file names and vCenter objects may hold anything."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in str(text))
