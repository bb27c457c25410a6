"""Texts: one or many, and nothing put together before its language is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.checks.profile import check_profile, check_value
from core.cli.output import summary
from core.findings import Finding, Severity
from core.profile.model import FIELDS, SECRET_FIELDS
from core.text import Joined, Text, use_language
from tests.fakes.early_texts import EarlyTexts, early_texts
from tests.unit.checks import mistakes
from tests.unit.checks.samples import altered


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch) -> EarlyTexts:
    return early_texts(monkeypatch)


@pytest.fixture
def japanese() -> Iterator[None]:
    use_language("ja")
    yield
    use_language("en")


@pytest.mark.parametrize(("count", "said"), [(0, "0 hosts"), (1, "1 host"), (2, "2 hosts")])
def test_one_is_not_many(count: int, said: str) -> None:
    assert str(Text("{count} host", "{count} hosts", count=count)) == said


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize("count", [1, 2])
def test_a_language_with_one_form_has_one(count: int) -> None:
    assert str(Text("{count} host", "{count} hosts", count=count)) == f"ホスト {count} 台"


def test_texts_differ_by_their_plural_too() -> None:
    one = Text("{count} host", "{count} hosts", count=1)
    assert one == Text("{count} host", "{count} hosts", count=1)
    assert one != Text("{count} host", count=1)
    assert one != Text("{count} host", "{count} hosts", count=2)


def test_joined_texts_follow_the_language() -> None:
    both = Joined([Text("Port group"), Text("Cluster")], "; ")
    assert str(both) == "Port group; Cluster"
    use_language("ja")
    try:
        assert str(both) == "ポート グループ; クラスタ"
    finally:
        use_language("en")
    assert both == Joined([Text("Port group"), Text("Cluster")], "; ")
    assert both != Joined([Text("Port group"), Text("Cluster")])


def test_a_summary_counts_each_kind() -> None:
    assert str(summary([])) == "No problems found."
    error = Finding(Severity.ERROR, "code", (), Text("What?"))
    assert str(summary([error])) == "1 error, 0 warnings, 0 notes."


def test_the_watch_finds_a_text_that_was_put_together_early(early: EarlyTexts) -> None:
    Text("{names}", names=", ".join(map(str, [Text("a"), Text("b")])))
    assert early.found == ["{names}: names"]


def test_no_finding_is_put_together_early(early: EarlyTexts) -> None:
    fields = FIELDS | SECRET_FIELDS
    findings = [f for key, value, *_ in mistakes.VALUES for f in check_value(fields[key], value)]
    for sample, changes, *_ in mistakes.PROFILES:
        findings += check_profile(altered(sample, changes))
    assert len(findings) > 100
    assert all(str(finding.what) for finding in findings)
    assert early.found == []
