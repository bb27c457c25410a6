"""Hypothesis strategies: what people type and paste, right, nearly right and plainly wrong."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from core.fields import FieldSpec, Kind
from core.profile.model import Profile, Secrets
from tests.unit.checks.samples import THREE_NICS, TWO_NICS

_octet = st.one_of(st.integers(0, 255).map(str), st.sampled_from(["01", "010", "08", "256", "1 "]))
_quad = st.tuples(_octet, _octet, _octet, _octet).map(".".join)
_nice = st.integers(0x0A000000, 0x0AFFFFFF).map(lambda number: str(IPv4Address(number)))
_prefix = st.one_of(
    st.just("/24"),
    st.integers(0, 34).map(lambda n: f"/{n}"),
    st.sampled_from(["", "/", "/024", " /24", "/255.255.255.0", " 255.255.254.0"]),
)
_tails = st.sampled_from(["", "", "", " ", "\n", "\r\n", "\u200b", "\u3000", ",", "#"])
_address = st.one_of(_nice, _quad)
_cidr = st.tuples(_address, _prefix, _tails).map("".join)
_network = st.tuples(st.integers(0x0A000000, 0x0AFFFFFF), st.integers(1, 32)).map(
    lambda pair: str(IPv4Network(pair, strict=False))
)
_dashed = st.tuples(_address, st.sampled_from(["-", " - ", "–", "~", "-0."]), _address).map("".join)
_words = st.text(
    alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("az09.-_/\\& \n:@%#'\"")),
    max_size=40,
)
_host = st.one_of(
    _words,
    _address,
    st.from_regex(r"(https?://)?([a-z_]{1,9}@)?[a-z0-9-]{1,6}(\.[a-z0-9]{1,5}){0,2}(:443)?(/ui)?"),
)
_entry = st.one_of(_network, _cidr, _dashed, _words)
_joined = st.lists(_entry, min_size=1, max_size=3).map(", ".join)


def typed(spec: FieldSpec) -> st.SearchStrategy[Any]:
    """Values for one field."""
    if spec.kind in (Kind.PORT, Kind.INTEGER):
        return st.one_of(st.integers(-1, 70000), _words, st.integers(0, 70000).map(str))
    if spec.kind is Kind.CIDR_LIST:
        return st.lists(st.one_of(_entry, _joined), max_size=3).map(tuple)
    if spec.kind is Kind.ADDRESS_LIST:
        return st.lists(st.one_of(_cidr, _address, _words), max_size=4).map(tuple)
    if spec.kind is Kind.CIDR:
        return _entry
    if spec.kind in (Kind.ADDRESS, Kind.INTERFACE):
        start, _, end = str(THREE_NICS.value(spec.key)).rpartition(".")
        _, slash, prefix = end.partition("/")
        near = st.integers(0, 255).map(lambda octet: f"{start}.{octet}{slash}{prefix}")
        return st.one_of(near, near, near, _cidr, _address, _words)
    return _host


@st.composite
def addressed(draw: st.DrawFn) -> Profile:
    """Profiles with any addresses close together, so that all of the rules have work."""
    sample = draw(st.sampled_from([TWO_NICS, THREE_NICS]))
    values: dict[str, Any] = {}
    subnets = []
    for nic, start in zip(("management", "workload", "frontend"), (0, 1024, 2048), strict=True):
        # Mostly right, sometimes on top of each other.
        first = draw(st.sampled_from([start] * 9 + [0])) + draw(st.integers(0, 255))
        subnet = IPv4Network((0x0A000000 + first, draw(st.integers(22, 28))), strict=False)
        subnets.append(subnet)
        anywhere = st.integers(0, subnet.num_addresses - 1)
        own = draw(st.one_of(st.integers(2, 6), st.integers(2, 6), anywhere))
        gateway = draw(st.one_of(st.just(1), st.just(1), anywhere))
        values[f"{nic}_address"] = f"{subnet[own]}/{subnet.prefixlen}"
        values[f"{nic}_gateway"] = str(subnet[gateway])
    near = st.sampled_from(subnets).flatmap(
        lambda net: st.tuples(
            st.integers(int(net[0]), int(net[-1])), st.integers(net.prefixlen, 32)
        )
    )
    part = near.map(lambda pair: str(IPv4Network(pair, strict=False)))
    values["dns"] = tuple(draw(st.lists(near.map(lambda p: str(IPv4Address(p[0]))), max_size=2)))
    values["additional_workload_networks"] = tuple(
        draw(st.one_of(st.just([]), st.just(["10.7.0.0/16"]), st.lists(part, max_size=2)))
    )
    upper = st.just(str(list(subnets[2 if sample.is_frontend else 1].subnets(1))[1]))
    ranges = tuple(draw(st.lists(st.one_of(upper, upper, part), min_size=1, max_size=3)))
    return replace(
        sample,
        network=replace(sample.network, **values),
        load_balancing=replace(sample.load_balancing, ranges=ranges),
    )


passwords = st.one_of(
    st.text(max_size=140),
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=5, max_size=130),
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=20),
    st.text(alphabet="-a\n ", max_size=10),
)
secrets = st.builds(
    Secrets, st.just("VMware1!"), root_password=passwords, dataplane_password=passwords
)
