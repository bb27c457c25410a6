"""What a window would have left behind if the program had been killed."""

from __future__ import annotations

import pytest

from core.background import drafts
from core.background.drafts import Draft
from core.jobs import JobContext
from core.profile.document import ProfileDocument
from gui.window.main_window import MainWindow


def crashed_draft(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Draft:
    """The newest draft of the window's profile, found as if no program were running."""
    monkeypatch.setattr(drafts, "_is_running", lambda _run: False)
    found = drafts.find_drafts(JobContext())
    by_id = {ProfileDocument(draft.text).profile.id: draft for draft in found}
    return by_id[window.model.profile.id]
