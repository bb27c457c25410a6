"""The distributed switch as it is shown: its uplinks, and the hosts that differ."""

from __future__ import annotations

from collections.abc import Iterator

from core.profile.model import EXISTING, MOST_UPLINKS, Profile
from core.text import Text
from core.topology.places import Kind, Place, Switch
from core.topology.shown import line

MOST_EXCEPTIONS = 8


def build_switch(profile: Profile) -> Switch:
    """The switch of a profile, with at most so many uplinks and exceptions as fit."""
    switch = profile.switch
    is_new = switch.mode != EXISTING
    facts = (
        Place(Kind.SWITCH, Text("Version"), line(switch.version), ("switch.version",)),
        Place(Kind.SWITCH, Text("MTU"), line(switch.mtu), ("switch.mtu",)),
    )
    return Switch(
        is_new=is_new,
        name=Place(Kind.SWITCH, Text("Switch"), line(switch.name), ("switch.name",)),
        facts=facts if is_new else (),
        cluster=Place(Kind.SWITCH, Text("Cluster"), line(switch.cluster), ("switch.cluster",)),
        uplinks=tuple(_uplinks(profile, is_new)),
        exceptions=tuple(_exceptions(profile)),
    )


def _uplinks(profile: Profile, is_new: bool) -> Iterator[Place]:
    nics = {line(uplink): line(nic) for uplink, nic in profile.switch.nics}
    names: list[str] = []
    count = profile.switch.uplinks
    if is_new and isinstance(count, int):
        names = [f"Uplink {number}" for number in range(1, min(count, MOST_UPLINKS) + 1)]
    names += [name for name in nics if name not in names]
    for name in names[: MOST_UPLINKS * 2]:
        nic = nics.get(name, "")
        keys = ("switch.nics", "switch.uplinks") if is_new else ("switch.nics",)
        subjects = tuple(filter(None, (name, nic)))
        yield Place(Kind.UPLINK, name or Text("Uplink"), nic, keys, subjects)
    if not names:
        yield Place(Kind.UPLINK, Text("Uplink"), "", ("switch.nics",))


def _exceptions(profile: Profile) -> Iterator[Place]:
    hosts = profile.switch.host_nics
    for host, nics in hosts[:MOST_EXCEPTIONS]:
        text = ", ".join(filter(None, (line(nic) for _, nic in nics)))
        name = line(host)
        subjects = (name,) if name else ()
        yield Place(Kind.UPLINK, name or Text("Host"), text, ("switch.host_nics",), subjects)
    more = len(hosts) - MOST_EXCEPTIONS
    if more > 0:
        yield Place(Kind.UPLINK, Text("More hosts"), f"+{more}", ("switch.host_nics",))
