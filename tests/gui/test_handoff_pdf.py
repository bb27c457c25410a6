"""The printed hand-off sheet: from the same HTML, with the network picture, without a display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.handoff.content import build_sheet
from core.handoff.html import render_html
from core.handoff.printing import PICTURE
from core.text import use_language
from gui.handoff_pdf import make_printer
from tests.unit.handoff.samples import connected

ROOT = Path(__file__).resolve().parents[2]
PNG, PDF = b"\x89PNG\r\n", b"%PDF-"


@pytest.mark.parametrize("topology", ["default", "frontend"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_sheet_is_printed_with_its_picture(qapp, topology: str, language: str) -> None:
    use_language(language)
    try:
        source = connected(topology)
        printer = make_printer()
        picture = printer.picture(source.profile)
        html = render_html(build_sheet(source), PICTURE)
        with_picture = printer.pdf(html, picture, "Hand-off")
        without = printer.pdf(render_html(build_sheet(source)), picture, "Hand-off")
    finally:
        use_language("en")
    assert picture.startswith(PNG)
    assert with_picture.startswith(PDF)
    assert len(with_picture) > len(without) + 10_000, "the picture is in it"


def test_it_is_printed_where_there_is_no_display() -> None:
    script = (
        "import sys; from gui.handoff_pdf import make_printer\n"
        "sys.stdout.buffer.write(make_printer().pdf('<p>x</p>', b'', 'x')[:5])"
    )
    kept = {k: v for k, v in os.environ.items() if k not in ("QT_QPA_PLATFORM", "DISPLAY")}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=kept, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, PDF), done.stderr
