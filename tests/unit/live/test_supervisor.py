from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from core.checks.live.supervisor import check_supervisor
from core.errors import AppError, LoginError, NotFound, RemoteError
from core.text import Text
from tests.unit.live.situations import CLUSTER, HOSTS, SWITCH, make_situation

REASONS = {
    "incompatibility_reasons": [
        {"id": "a", "default_message": "Cluster domain-c8 does not have HA enabled.", "args": []},
        {"id": "b", "default_message": "x", "localized": "Hosts are not connected to a switch."},
    ]
}
UNFIT = [
    {"cluster": "domain-c9", "compatible": False},
    {"cluster": CLUSTER, "compatible": False, **REASONS},
]
FIT = [{"cluster": CLUSTER, "compatible": True}]


class Rest:
    """Answers by the last part of the path; an error is raised."""

    def __init__(self, *, is_modern: bool = True, **answers: object) -> None:
        self.is_modern = is_modern
        self.answers = answers
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def call(self, method: str, path: str, **options: Any) -> object:
        assert method == "GET"
        assert path.startswith("/api/vcenter/namespace-management/")
        what = path.rpartition("/")[2]
        self.asked.append((what, options["params"]))
        answer = self.answers[what.partition("-")[0]]
        if isinstance(answer, Exception):
            raise answer
        return answer


def found(rest: Rest, switch: object = SWITCH) -> list[tuple[str, str]]:
    situation = make_situation(SimpleNamespace(rest=rest), switch=switch)
    return [(f.code, str(f.what)) for f in check_supervisor(situation)]


def test_an_unfit_cluster_is_warned_about_with_vcenters_reasons() -> None:
    rest = Rest(cluster=UNFIT, distributed=[])
    ((code, what),) = found(rest)
    assert code == "supervisor-cluster"
    assert "does not have HA enabled. Hosts are not connected to a switch." in what
    assert rest.asked[0] == (
        "cluster-compatibility",
        {"network_provider": "VSPHERE_NETWORK"},
    )


def test_before_the_switch_is_complete_it_is_only_a_note() -> None:
    rest = Rest(cluster=UNFIT)
    assert [code for code, _ in found(rest, switch=None)] == ["supervisor-cluster-yet"]
    assert len(rest.asked) == 1, "the switch is asked about once all hosts are on it"


@pytest.mark.parametrize("named", [SWITCH.uuid, SWITCH.moid])
def test_an_unfit_switch_is_warned_about(named: str) -> None:
    entry = {"distributed_switch": named, "compatible": False, **REASONS}
    rest = Rest(cluster=FIT, distributed=[{"distributed_switch": "x"}, entry])
    assert [code for code, _ in found(rest)] == ["supervisor-switch"]
    assert rest.asked[1][1]["cluster"] == CLUSTER


@pytest.mark.parametrize("answer", [FIT, [], None, {"value": 1}, ["x"], [{"cluster": CLUSTER}]])
def test_a_fit_cluster_and_strange_answers_are_no_finding(answer: object) -> None:
    assert found(Rest(cluster=answer, distributed=answer)) == []


@pytest.mark.parametrize(
    "error",
    [
        NotFound(Text("404")),
        LoginError(Text("401")),
        RemoteError(Text("forbidden"), details="GET /api: HTTP 403"),
    ],
)
def test_a_vcenter_that_does_not_say_is_no_finding(error: AppError) -> None:
    assert found(Rest(cluster=error, distributed=error)) == []


def test_any_other_error_is_told() -> None:
    with pytest.raises(RemoteError):
        found(Rest(cluster=RemoteError(Text("broken"), details="GET /api: HTTP 500")))


def test_the_older_dialect_is_not_asked() -> None:
    rest = Rest(is_modern=False)
    assert found(rest) == []
    assert rest.asked == []
    assert len(HOSTS) == 3
