"""The forms a hand-off can have, each made from the same source."""

from __future__ import annotations

import json
from collections.abc import Callable

from msgspec import Struct

from core.handoff.content import build_sheet
from core.handoff.enabling import cluster_body, supervisor_body
from core.handoff.govc_script import render_govc
from core.handoff.html import data_address, render_html
from core.handoff.markdown import render_markdown
from core.handoff.powercli_script import render_powercli
from core.handoff.printing import PICTURE, find_printer, get_printer
from core.handoff.source import Source

Render = Callable[[Source, str], bytes]


class Format(Struct, frozen=True):
    """A form: its name on the command line, the file name's end, and how it is made."""

    name: str
    suffix: str
    render: Render
    is_text: bool = True


def _markdown(source: Source, password: str) -> bytes:
    return render_markdown(build_sheet(source, password)).encode("utf-8")


def _html(source: Source, password: str) -> bytes:
    printer = find_printer()
    picture = data_address(printer.picture(source.profile)) if printer is not None else ""
    return render_html(build_sheet(source, password), picture).encode("utf-8")


def _pdf(source: Source, password: str) -> bytes:
    printer = get_printer()
    sheet = build_sheet(source, password)
    return printer.pdf(
        render_html(sheet, PICTURE), printer.picture(source.profile), str(sheet.title)
    )


def _json(source: Source, password: str) -> bytes:
    return _dumped(build_sheet(source, password).as_dict())


def _cluster(source: Source, password: str) -> bytes:
    return _dumped(cluster_body(source, password))


def _supervisor(source: Source, password: str) -> bytes:
    return _dumped(supervisor_body(source, password))


def _govc(source: Source, _password: str) -> bytes:
    return render_govc(source).encode("utf-8")


def _powercli(source: Source, _password: str) -> bytes:
    # With a byte order mark: Windows PowerShell takes a script without one for ANSI.
    return render_powercli(source).encode("utf-8-sig")


def _dumped(data: object) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


FORMATS: tuple[Format, ...] = (
    Format("markdown", ".md", _markdown),
    Format("html", ".html", _html),
    Format("pdf", ".pdf", _pdf, is_text=False),
    Format("json", ".json", _json),
    Format("json-cluster", ".json", _cluster),
    Format("json-supervisor", ".json", _supervisor),
    Format("govc", ".sh", _govc),
    Format("powercli", ".ps1", _powercli),
)


def get_format(name: str) -> Format:
    """The form of that name; a ``KeyError`` for any other."""
    return {one.name: one for one in FORMATS}[name]
