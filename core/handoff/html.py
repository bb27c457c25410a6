"""The sheet as one HTML page that needs nothing else: for the browser, and for printing as PDF.

Only what ``QTextDocument`` understands too is used: tables, old attributes, few styles.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape

from core.handoff.sheet import Item, Section, Sheet
from core.text import Text, current_language

_STYLE = """
body { font-family: sans-serif; font-size: 10pt; color: #1b1b1b; background: #ffffff; }
h1 { font-size: 17pt; }
h2 { font-size: 12pt; margin-top: 18px; }
th { text-align: left; font-weight: 600; }
td, th { padding: 3px 10px 3px 0; vertical-align: top; border-bottom: 1px solid #d8d8d8; }
code, pre { font-family: monospace; font-size: 9pt; }
.lasting { font-weight: 600; color: #8a3b00; }
.note { color: #5a5a5a; }
"""


def render_html(sheet: Sheet, picture: str = "") -> str:
    """The sheet as HTML; ``picture`` is the address of the network picture, if there is one."""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{current_language()}">',
        f'<head><meta charset="utf-8"><title>{_text(sheet.title)}</title>',
        f"<style>{_STYLE}</style></head>",
        "<body>",
        f"<h1>{_text(sheet.title)}</h1>",
        f"<p>{_text(sheet.about)}</p>",
    ]
    if sheet.doubt is not None:
        parts.append(f'<p class="lasting">{_text(sheet.doubt)}</p>')
    for section in sheet.sections:
        parts += _section(section)
    if picture:
        parts.append(f"<h2>{_text(Text('Network'))}</h2>")
        alternative = _text(Text("The network around the appliance"))
        parts.append(f'<p><img src="{escape(picture)}" alt="{alternative}" width="640"></p>')
    parts += ["</body>", "</html>"]
    return "\n".join(parts) + "\n"


def data_address(image: bytes) -> str:
    """A PNG as an address that carries it."""
    return f"data:image/png;base64,{base64.b64encode(image).decode('ascii')}"


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{_text(section.title)}</h2>"
    if section.about is not None:
        yield f'<p class="note">{_text(section.about)}</p>'
    yield '<table width="100%" cellspacing="0">'
    heads = ((Text("Field"), 28), (Text("Value"), 42), (Text("Remark"), 30))
    cells = (f'<th width="{width}%">{_text(head)}</th>' for head, width in heads)
    yield f"<tr>{''.join(cells)}</tr>"
    for item in section.items:
        yield f"<tr>{_cells(item)}</tr>"
        if item.is_block and not item.is_missing:
            yield f'<tr><td colspan="3"><pre>{escape(item.value)}</pre></td></tr>'
    yield "</table>"


def _cells(item: Item) -> str:
    if item.is_missing:
        value = "–"
    elif item.is_block:
        value = _text(Text("see below"))
    else:
        value = f"<code>{escape(item.value)}</code>"
    remarks = "; ".join(_remark(item, remark) for remark in item.remarks)
    return f"<td>{_text(item.label)}</td><td>{value}</td><td>{remarks}</td>"


def _remark(item: Item, remark: Text) -> str:
    kind = "note" if remark is item.note else "lasting"
    return f'<span class="{kind}">{_text(remark)}</span>'


def _text(text: object) -> str:
    return escape(str(text))
