from __future__ import annotations

from msgspec import structs

from core.checks.live.cluster import check_link_speed
from core.profile.model import Profile
from tests.unit.live.situations import HOSTS, make_host, make_nic, make_situation, sample_profile


def with_exception(profile: Profile, host: str) -> Profile:
    switch = structs.replace(profile.switch, host_nics=((host, (("Uplink 1", "vmnic5"),)),))
    return structs.replace(profile, switch=switch)


def test_a_slow_link_is_warned_about_where_it_is_planned() -> None:
    slow = make_host("host-1", make_nic("vmnic1", 100), make_nic("vmnic2"), make_nic("vmnic3", 10))
    found = list(check_link_speed(make_situation(hosts=(slow,))))
    assert [(f.code, f.fields) for f in found] == [("nic-slow", ("switch.nics",))]
    assert "vmnic1 of host host-1.lab.example has a link of 100 Mbit/s" in str(found[0].what)


def test_a_slow_link_of_an_exception_names_the_exceptions() -> None:
    host = make_host("host-1", make_nic("vmnic5", 100))
    profile = with_exception(sample_profile(), host.name)
    (found,) = check_link_speed(make_situation(profile=profile, hosts=(host,)))
    assert found.fields == ("switch.host_nics",)


def test_links_that_are_fast_or_missing_are_no_finding() -> None:
    hosts = (make_host(HOSTS[0], make_nic("vmnic1", 1000), make_nic("vmnic2", None)),)
    assert list(check_link_speed(make_situation(hosts=hosts))) == []
