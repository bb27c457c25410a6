"""Can this computer reach the ESXi host that the disk would be uploaded to?

vCenter names the host only when the import has begun, by the name it knows it under: every host
that may be chosen is tried before.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from core.checks.live.probing import Answer, Endpoint
from core.checks.live.side_by_side import ask_side_by_side
from core.checks.live.situation import Situation
from core.findings import Finding, Severity, rule
from core.text import Joined, Text

_CURE = Text(
    "Let the file be imported into a content library first (ova.import_to_library), which needs "
    "only the vCenter; or open port 443 to the hosts, and have their names known here."
)
NONE_REACHABLE = rule(
    "upload-impossible",
    Severity.ERROR,
    cause=Text("The disk is sent straight to an ESXi host, and none can be reached from here."),
    cure=_CURE,
    source="DOMAIN 7",
)
SOME_UNREACHABLE = rule(
    "upload-doubtful",
    Severity.WARNING,
    cause=Text(
        "The disk is sent straight to the ESXi host that vCenter chooses, and some cannot be "
        "reached from here."
    ),
    cure=_CURE,
    source="DOMAIN 7",
)

PORT = 443
MOST = 16
_CONNECT_S = 3.0
_LIMIT_S = 20.0
_FIELDS = ("ova.source", "ova.import_to_library")


def check_upload_path(situation: Situation) -> Iterator[Finding]:
    """Findings about hosts that cannot be reached; names and at most ``MOST`` connections."""
    if situation.prober is None or not situation.uploads_to_host:
        return
    names = candidates(situation)[:MOST]
    unreachable = []
    questions = [
        partial(situation.prober.probe, [Endpoint(name, PORT)], _CONNECT_S) for name in names
    ]
    outcomes = ask_side_by_side(questions, situation.ctx, limit_s=_LIMIT_S)
    for outcome in sorted(outcomes, key=lambda outcome: outcome.number):
        answers = outcome.answer or {}
        name = names[outcome.number]
        answer = answers.get(Endpoint(name, PORT), Answer.SILENT)
        if answer is not Answer.OPEN:
            unreachable.append(Text("{host} ({why})", host=name, why=_WHY[answer]))
    if not unreachable:
        return
    kind = NONE_REACHABLE if len(unreachable) == len(names) else SOME_UNREACHABLE
    yield kind.found(
        *_FIELDS,
        what=Text(
            "Port {port} of these hosts cannot be reached from here: {hosts}.",
            port=PORT,
            hosts=Joined(unreachable),
        ),
    )


_WHY = {
    Answer.REFUSED: Text("refused"),
    Answer.SILENT: Text("no answer"),
    Answer.UNREACHABLE: Text("no route"),
    Answer.NO_SUCH_NAME: Text("unknown name"),
}


def candidates(situation: Situation) -> tuple[str, ...]:
    """Names of the hosts that vCenter may choose: the one given, or those that can run it."""
    facts = situation.facts
    chosen = facts.placement.host
    moids = (chosen,) if chosen else facts.vm_cluster.hosts
    hosts = [host for host in facts.vm_hosts if host.moid in moids]
    return tuple(h.name for h in hosts if h.is_connected and not h.in_maintenance)
