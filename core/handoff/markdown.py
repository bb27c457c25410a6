"""The sheet as Markdown: for a wiki, a ticket, a change record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.handoff.sheet import Item, Sheet
from core.text import Text

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def render_markdown(sheet: Sheet) -> str:
    """The sheet as CommonMark with tables; long values stand in code blocks below their table."""
    lines = [f"# {_plain(sheet.title)}", "", _plain(sheet.about)]
    if sheet.doubt is not None:
        lines += ["", f"**{_plain(sheet.doubt)}**"]
    for section in sheet.sections:
        lines += ["", f"## {_plain(section.title)}", ""]
        if section.about is not None:
            lines += [_plain(section.about), ""]
        lines += [
            f"| {Text('Field')} | {Text('Value')} | {Text('Remark')} |",
            "| --- | --- | --- |",
        ]
        blocks = []
        for item in section.items:
            lines.append(_row(item))
            if item.is_block and not item.is_missing:
                blocks.append(item)
        for item in blocks:
            lines += ["", *_block(item)]
    return "\n".join(lines) + "\n"


def _row(item: Item) -> str:
    if item.is_missing:
        value = "–"
    elif item.is_block:
        value = str(Text("see below"))
    else:
        value = _code(item.value)
    remarks = "; ".join(_plain(remark) for remark in item.remarks)
    return f"| {_plain(item.label)} | {value} | {remarks} |"


def _block(item: Item) -> Iterator[str]:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", item.value)), default=0))
    yield f"{_plain(item.label)}:"
    yield ""
    yield f"{fence}text"
    yield from item.value.splitlines()
    yield fence


def _plain(text: object) -> str:
    """Text in which nothing is markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _code(value: str) -> str:
    """A value as code, also with backticks and bars in it."""
    value = value.replace("|", "\\|")
    if "`" not in value:
        return f"`{value}`"
    fence = "`" * (1 + max(len(run) for run in re.findall("`+", value)))
    return f"{fence} {value} {fence}"
