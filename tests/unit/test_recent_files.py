"""Looking for files lately opened: never held up by a share that does not answer."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.background.recent_files import find_missing
from core.jobs import Cancelled, JobContext
from core.settings import RECENT_LIMIT, Settings, read_settings, write_settings


@pytest.fixture
def dead_share(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A path below which nothing comes back before the test is over."""
    path, over, stat = "/dead-share/lab.yaml", threading.Event(), os.stat

    def hanging(wanted: object, *arguments: object, **options: object) -> os.stat_result:
        if wanted == path:
            over.wait(30)
        return stat(wanted, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", hanging)
    yield path
    over.set()


def test_what_is_not_there_is_found(tmp_path: Path) -> None:
    there, gone = tmp_path / "there.yaml", tmp_path / "gone.yaml"
    there.write_text("")
    paths = (str(there), str(gone), str(there / "inside.yaml"))
    assert find_missing(JobContext(), paths) == {str(gone), str(there / "inside.yaml")}


def test_what_may_not_be_looked_at_is_not_missing() -> None:
    assert find_missing(JobContext(), ("\0",)) == frozenset()


def test_a_share_that_does_not_answer_is_not_waited_for(tmp_path: Path, dead_share: str) -> None:
    gone = str(tmp_path / "gone.yaml")
    start = time.monotonic()
    assert find_missing(JobContext(), (dead_share, gone), patience_s=0.2) == {gone}
    assert time.monotonic() - start < 5


def test_a_share_that_does_not_answer_is_asked_once(dead_share: str) -> None:
    def asking() -> int:
        return sum(thread.name == "recent-file" for thread in threading.enumerate())

    find_missing(JobContext(), (dead_share,), patience_s=0)
    before = asking()
    for _ in range(3):
        assert find_missing(JobContext(), (dead_share,), patience_s=0) == frozenset()
    assert asking() == before


def test_it_can_be_cancelled_while_a_share_does_not_answer(dead_share: str) -> None:
    context = JobContext()
    context.cancel()
    with pytest.raises(Cancelled):
        find_missing(context, (dead_share,), patience_s=30)


def test_the_page_is_kept_of_profiles_that_are_offered() -> None:
    settings = Settings()
    for number in range(RECENT_LIMIT + 3):
        settings = settings.with_recent(f"/{number}.yaml").with_page(f"/{number}.yaml", "ova")
    assert set(settings.pages) == set(settings.recent)
    assert len(settings.pages) == RECENT_LIMIT
    last = settings.recent[0]
    assert settings.with_page(last, "review").pages[last] == "review"
    assert last not in settings.without_recent(last).pages


def test_a_path_that_is_no_text_is_remembered_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.paths.config_folder", lambda: tmp_path)
    settings = Settings().with_recent("/lab/\udcff.yaml").with_recent("/lab/\ud83d.yaml")
    write_settings(settings)
    assert read_settings() == settings
