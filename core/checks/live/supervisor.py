"""What vCenter itself says: can the cluster, and the switch, carry a Supervisor?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from core.checks.live.situation import Situation
from core.errors import AppError, LoginError, NotFound
from core.findings import Finding, Severity, rule
from core.text import Text

log = logging.getLogger(__name__)

CLUSTER_UNFIT = rule(
    "supervisor-cluster",
    Severity.WARNING,
    cause=Text("vCenter would not enable Workload Management on the cluster as it is."),
    cure=Text("Mend what vCenter names before Workload Management is enabled."),
    source="DOMAIN 4",
)
CLUSTER_UNFIT_YET = rule(
    "supervisor-cluster-yet",
    Severity.NOTE,
    cause=Text(
        "vCenter would not enable Workload Management yet; what it says of hosts without a "
        "distributed switch ends with this deployment."
    ),
    cure=Text("Look at it again after the deployment."),
    source="DOMAIN 4",
)
SWITCH_UNFIT = rule(
    "supervisor-switch",
    Severity.WARNING,
    cause=Text("vCenter would not accept the switch for Workload Management."),
    cure=Text("Mend what vCenter names, or use another switch."),
    source="DOMAIN 4",
)

_PATH = "/api/vcenter/namespace-management/"
_PROVIDER = "VSPHERE_NETWORK"
_TIMEOUT_S = 15.0


def check_supervisor(situation: Situation) -> Iterator[Finding]:
    """Findings of vCenter's own check; none where it has no such check or may not be asked."""
    facts = situation.facts
    switch = facts.switch
    members = {member.host for member in switch.members} if switch else set()
    is_complete = set(facts.cluster.hosts) <= members
    answer = _ask(situation, "cluster-compatibility", {"network_provider": _PROVIDER})
    yield from find_unfit_cluster(answer, facts.cluster.moid, facts.cluster.name, is_complete)
    if switch is not None and is_complete:
        query = {"cluster": facts.cluster.moid, "network_provider": _PROVIDER}
        answer = _ask(situation, "distributed-switch-compatibility", query)
        yield from find_unfit_switch(answer, {switch.moid, switch.uuid}, switch.name)


def find_unfit_cluster(
    answer: object, cluster: str, name: str, is_complete: bool
) -> Iterator[Finding]:
    """Findings about the cluster; before its hosts are on the switch they are notes only."""
    kind = CLUSTER_UNFIT if is_complete else CLUSTER_UNFIT_YET
    for entry in _entries(answer):
        if entry.get("cluster") == cluster and entry.get("compatible") is False:
            yield kind.found(
                "switch.cluster",
                what=Text(
                    "vCenter says of cluster {name}: {reasons}", name=name, reasons=_reasons(entry)
                ),
            )


def find_unfit_switch(answer: object, ids: set[str], name: str) -> Iterator[Finding]:
    """Findings about the switch, which vCenter names by its id or its UUID."""
    for entry in _entries(answer):
        if entry.get("distributed_switch") in ids and entry.get("compatible") is False:
            yield SWITCH_UNFIT.found(
                "switch.name",
                what=Text(
                    "vCenter says of switch {name}: {reasons}", name=name, reasons=_reasons(entry)
                ),
            )


_FIRST_RELEASE = (7, 0, 2)


def _ask(situation: Situation, what: str, query: Mapping[str, str]) -> object:
    """The answer, or None where vCenter has none for us."""
    if situation.facts.about.release < _FIRST_RELEASE:
        return None  # no /api there; asking would only load the REST client and log in
    try:
        rest = situation.session.rest
        if not rest.is_modern:
            return None
        return rest.call("GET", _PATH + what, params=query, timeout_s=_TIMEOUT_S)
    except (NotFound, LoginError) as error:
        log.debug("%s: %s", what, error)
    except AppError as error:
        if not error.details.endswith("HTTP 403"):
            raise
        log.debug("%s: %s", what, error)
    return None


def _entries(answer: object) -> Iterator[Mapping[str, Any]]:
    return (
        entry for entry in (answer if isinstance(answer, list) else ()) if isinstance(entry, dict)
    )


def _reasons(entry: Mapping[str, Any]) -> str:
    """The sentences of vCenter itself."""
    found = entry.get("incompatibility_reasons") or []
    said = [
        str(reason.get("localized") or reason.get("default_message") or "")
        for reason in found
        if isinstance(reason, dict)
    ]
    return " ".join(filter(None, said)) or "-"
