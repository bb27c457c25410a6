"""What packagers run to see that everything came along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.version import VERSION

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_every_page_opens_and_nothing_is_missing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gui", "--self-test"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["problems"] == []
    assert report["version"] == VERSION
    assert len(report["pages"]["en"]) == len(report["pages"]["ja"]) >= 6
