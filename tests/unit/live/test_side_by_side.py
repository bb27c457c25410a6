from __future__ import annotations

import threading

import pytest

from core.checks.live import side_by_side
from core.checks.live.side_by_side import TookTooLong, ask_side_by_side
from core.jobs import Cancelled, JobContext

LONG_S = 20.0


def test_every_question_gets_its_outcome() -> None:
    def fail() -> int:
        raise ValueError("no")

    outcomes = {
        outcome.number: outcome
        for outcome in ask_side_by_side([lambda: 7, fail, lambda: 9], JobContext(), limit_s=LONG_S)
    }
    assert [outcomes[0].answer, outcomes[2].answer] == [7, 9]
    assert isinstance(outcomes[1].error, ValueError)


def test_questions_are_asked_at_the_same_time() -> None:
    together = threading.Barrier(4)
    questions = [lambda: together.wait(LONG_S) >= 0] * 4
    outcomes = list(ask_side_by_side(questions, JobContext(), limit_s=LONG_S, workers=4))
    assert [outcome.answer for outcome in outcomes] == [True] * 4


def test_more_questions_than_workers_are_all_asked() -> None:
    outcomes = ask_side_by_side([lambda: 1] * 50, JobContext(), limit_s=LONG_S, workers=3)
    assert sum(outcome.answer or 0 for outcome in outcomes) == 50


def test_no_questions_are_no_outcomes() -> None:
    assert list(ask_side_by_side([], JobContext(), limit_s=LONG_S)) == []


def test_a_question_without_an_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "_GRACE_S", 0.0)
    release = threading.Event()
    questions = [lambda: release.wait(LONG_S), lambda: True]
    outcomes = list(ask_side_by_side(questions, JobContext(), limit_s=0.0))
    assert [outcome.number for outcome in outcomes] == [1, 0]
    assert isinstance(outcomes[1].error, TookTooLong)
    release.set()


def test_a_cancel_ends_the_asking() -> None:
    ctx, asked = JobContext(), threading.Event()

    def question() -> None:
        asked.set()

    asking = ask_side_by_side([question] * 3, ctx, limit_s=LONG_S, workers=1)
    next(asking)
    assert asked.is_set()
    ctx.cancel()
    with pytest.raises(Cancelled):
        list(asking)


def test_a_cancel_heard_by_a_question_ends_all() -> None:
    def question() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        list(ask_side_by_side([question], JobContext(), limit_s=LONG_S))


def test_threads_are_added_only_while_answers_are_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(side_by_side, "_PATIENCE_S", 10.0)
    asked_in = []

    def quick() -> None:
        asked_in.append(threading.current_thread().name)

    assert len(list(ask_side_by_side([quick] * 5, JobContext(), limit_s=10))) == 5
    assert asked_in == ["live-check-0"] * 5
