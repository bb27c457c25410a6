"""Are the planned addresses silent on the network, as far as this computer can hear (F7, F16)?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.checks.addressing import label
from core.checks.live.probing import Answer, Endpoint
from core.checks.live.sample import planned_addresses, range_sample
from core.checks.live.situation import Situation
from core.findings import Finding, Severity, rule
from core.text import Joined, Text, listed

ADDRESS_ANSWERS = rule(
    "address-answers",
    Severity.WARNING,
    cause=Text(
        "Something answers at an address that the appliance is to get. A firewall that refuses "
        "on behalf of others looks the same."
    ),
    cure=Text("Find out who has the address, and give the appliance another one if it is in use."),
    source="F16",
)
RANGE_ANSWERS = rule(
    "range-answers",
    Severity.WARNING,
    cause=Text(
        "Something answers at addresses of the load balancer IP ranges. The appliance would "
        "answer for all of them and cut it off."
    ),
    cure=Text("Choose a range that nothing else uses."),
    source="F7",
)

LIMIT_S = 2.0
_PORTS = (443, 22)
_WORDS = {Answer.OPEN: Text("is open"), Answer.REFUSED: Text("refuses")}  # both are signs of life


def check_silence(situation: Situation) -> Iterator[Finding]:
    """Findings about addresses that answer; a dozen addresses at most, two seconds in all."""
    if situation.prober is None or situation.is_running:
        return
    planned, sample = planned_addresses(situation), range_sample(situation)
    ports = (*_PORTS, situation.profile.load_balancing.port)
    endpoints = [
        Endpoint(str(address), port) for _, address in (*planned, *sample) for port in ports
    ]
    answers = situation.prober.probe(endpoints, LIMIT_S)
    for key, address in planned:
        heard = _heard(answers, str(address))
        if heard:
            yield ADDRESS_ANSWERS.found(
                key,
                what=Text(
                    "{address} ({field}) answers already: {heard}.",
                    address=address,
                    field=label(key),
                    heard=heard,
                ),
            )
    alive = [str(address) for _, address in sample if _heard(answers, str(address))]
    if alive:
        yield RANGE_ANSWERS.found(
            "load_balancing.ranges",
            what=Text("Addresses of the ranges answer already: {alive}.", alive=listed(alive)),
        )


def _heard(answers: Mapping[Endpoint, Answer], host: str) -> Text | None:
    """What was heard from a host, port by port; None when nothing was."""
    heard = [
        Text("port {port} {answer}", port=endpoint.port, answer=_WORDS[answer])
        for endpoint, answer in answers.items()
        if endpoint.host == host and answer in _WORDS
    ]
    return Joined(heard) if heard else None
