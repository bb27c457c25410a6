"""Any profile there can be, for property-based tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from core.fields import FieldSpec, Kind
from core.profile.model import CREATE, EXISTING, FIELDS, ROLES, SECTIONS, PortGroup, Profile
from core.profile.privacy import is_secret_name
from core.profile.values import LISTS, NUMBERS, clean_block, clean_line, parse_value

odd_texts = st.text(max_size=20) | st.sampled_from(
    ["yes", "null", "7.0", "007", "# no comment", "a: b", "- a", "'", '"', "日本", "10.0.0.1", "{}"]
)
lines = odd_texts.map(clean_line)
names = lines.filter(bool)
nic_maps = st.dictionaries(names, names, max_size=3).map(lambda d: tuple(d.items()))
rows = st.builds(
    PortGroup,
    role=st.sampled_from([choice.value for choice in ROLES]),
    name=lines,
    vlan=st.none() | st.integers(0, 4094),
    mode=st.sampled_from([CREATE, EXISTING]),
)


def value_of(spec: FieldSpec) -> st.SearchStrategy[Any]:
    """Any clean value of a field, right or wrong."""
    if spec.kind is Kind.FLAG:
        return st.booleans()
    if spec.kind in NUMBERS:
        return st.integers(-(10**9), 10**9)
    if spec.kind is Kind.CHOICE:
        return st.sampled_from([choice.value for choice in spec.choices])
    if spec.kind is Kind.PORT_GROUPS:
        return st.lists(rows, max_size=4).map(tuple)
    if spec.kind is Kind.NIC_MAP:
        return nic_maps
    if spec.kind is Kind.HOST_NICS:
        return st.dictionaries(names, nic_maps, max_size=3).map(lambda d: tuple(d.items()))
    if spec.kind is Kind.PEM:
        return st.lists(lines, max_size=4).map("\n".join).map(clean_block)
    if spec.kind in LISTS:
        return st.lists(odd_texts, max_size=3).map(lambda items: parse_value(spec, " ".join(items)))
    return odd_texts.map(lambda text: parse_value(spec, text)).filter(
        lambda value: parse_value(spec, value) == value
    )


sections = {
    section.name: st.builds(
        section.cls, **{spec.name: value_of(FIELDS[spec.key]) for spec in section.fields}
    )
    for section in SECTIONS
}
properties = st.dictionaries(
    names.filter(lambda name: not is_secret_name(name)),
    st.text(st.characters(codec="utf-8"), max_size=12),
    max_size=3,
).map(lambda d: tuple(d.items()))
profiles = st.builds(
    Profile, **sections, properties=properties, id=st.just("abc"), folder=st.just("")
)
