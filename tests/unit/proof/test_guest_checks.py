"""What is said of a guest that does not report what was planned: DOMAIN.md's words, as a table."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from core.jobs import JobContext, Progress, StepState
from core.profile.document import ProfileDocument
from core.profile.model import Profile
from core.profile.template import sample_profile_text
from core.proof.case import Case
from core.proof.check import carry_out
from core.proof.guest import Guest
from core.proof.guest_checks import AddressCheck, AuthorityCheck, HostNameCheck
from core.proof.limits import Limits
from core.proof.surroundings import Surroundings
from core.vsphere.trust import fingerprint
from tests.fakes.dataplane import make_pki
from tests.fakes.vcenter import changed

PLANNED = ("192.168.110.20", "192.168.120.20")
PKI = make_pki(("haproxy.local", "192.168.110.20"))
GOOD = Guest(True, True, "haproxy.local", PLANNED, PKI.published, 700.0)
ADDRESSES, NAME, CA = AddressCheck(), HostNameCheck(), AuthorityCheck()


def sample(**sections: Any) -> Profile:
    text = sample_profile_text(address="vc.lab.example", user="admin@lab", ova_file="/x.ova")
    return changed(ProfileDocument(text).profile, **sections)


class ReportedCase(Case, kw_only=True):
    """A case with what was reported of it."""

    reports: list[Progress]


def case_for(
    *guests: Guest, version: str = "8.0.3", profile: Profile | None = None, **around: Any
) -> ReportedCase:
    """A case whose guest is each of these in turn, the last one from then on."""
    left = list(guests)

    def read(_session: object, _moid: str) -> Guest:
        return left.pop(0) if len(left) > 1 else left[0]

    release = tuple(int(part) for part in version.split("."))
    session = SimpleNamespace(about=SimpleNamespace(release=release))
    reports: list[Progress] = []
    surroundings = Surroundings(read=read, **around)
    return ReportedCase(
        session, profile or sample(), "vm-1", JobContext(reports.append), surroundings,  # type: ignore[arg-type]
        Limits(boot_s=600, poll_s=0), reports=reports,
    )  # fmt: skip


NAMELESS = replace(GOOD, host_name="localhost", addresses=(), published="")


@pytest.mark.parametrize(
    ("check", "guest", "version", "code", "says"),
    [
        (ADDRESSES, NAMELESS, "8.0.3", "proof-no-settings", ("localhost", "no address", "F1")),
        (ADDRESSES, replace(NAMELESS, addresses=("10.9.8.7",)), "8.0.3", "proof-no-settings",
         ("10.9.8.7", "F1")),
        (ADDRESSES, NAMELESS, "9.0.2", "proof-no-settings-9", ("localhost", "F2")),
        (ADDRESSES, replace(GOOD, addresses=()), "8.0.3", "proof-no-settings", ("F1",)),
        (ADDRESSES, replace(GOOD, addresses=("192.168.110.99", PLANNED[1])), "8.0.3",
         "proof-other-address", ("192.168.110.99", "192.168.110.20 is missing")),
        (ADDRESSES, replace(GOOD, addresses=PLANNED[:1]), "8.0.3", "proof-other-address",
         ("192.168.120.20 is missing",)),
        (ADDRESSES, Guest(True, False, "", (), "", 700), "8.0.3", "proof-no-tools",
         ("reported nothing after 12 minutes",)),
        (ADDRESSES, replace(GOOD, is_on=False), "8.0.3", "proof-off", ("powered off",)),
        (NAME, NAMELESS, "8.0.3", "proof-no-settings", ("localhost", "F1")),
        (NAME, replace(GOOD, host_name="other.lab"), "8.0.3", "proof-other-name",
         ("other.lab instead of haproxy.local",)),
        (NAME, replace(GOOD, host_name=""), "8.0.3", "proof-no-tools", ("No host name",)),
        (CA, replace(GOOD, published=""), "8.0.3", "proof-no-ca", ("No CA", "12 minutes")),
        (CA, NAMELESS, "8.0.3", "proof-no-settings", ("No CA", "F1")),
        (CA, replace(GOOD, published="bm90IGEgY2VydA=="), "8.0.3", "proof-bad-ca", ("cannot be",)),
        (CA, replace(GOOD, published="%%%"), "8.0.3", "proof-bad-ca", ("cannot be read",)),
    ],
)  # fmt: skip
def test_what_differs_is_diagnosed(check, guest, version, code, says) -> None:
    result = carry_out(check, case_for(guest, version=version))
    assert (result.state, result.finding.code) == (StepState.FAILED, code)
    text = f"{result.finding.what} {result.finding.advice}"
    assert [word for word in says if word not in text] == []
    assert result.finding.advice


@pytest.mark.parametrize(
    ("check", "guest"),
    [
        (ADDRESSES, GOOD),
        (ADDRESSES, replace(GOOD, addresses=(*PLANNED, "192.168.120.129"))),
        (NAME, GOOD),
        (NAME, replace(GOOD, host_name="HAPROXY.local")),
        (NAME, replace(GOOD, host_name="haproxy")),
        (CA, GOOD),
    ],
)
def test_what_is_right_passes_at_the_first_look(check, guest) -> None:
    assert carry_out(check, case_for(guest)).state is StepState.DONE


def test_an_appliance_that_still_boots_is_waited_for() -> None:
    booting = [replace(NAMELESS, up_s=float(seconds)) for seconds in range(5)]
    case = case_for(*booting, GOOD)
    assert carry_out(ADDRESSES, case).state is StepState.DONE
    assert len(case.reports) == 5
    assert "Waiting, 3 of at most 600 s" in str(case.reports[3].detail)


def test_an_appliance_that_has_been_on_for_long_is_judged_at_once() -> None:
    case = case_for(NAMELESS)
    assert carry_out(ADDRESSES, case).state is StepState.FAILED
    assert case.reports == []


def test_after_a_failure_the_others_are_looked_at_once() -> None:
    case = case_for(replace(NAMELESS, up_s=1.0))
    assert carry_out(CA, case, left_s=0.0).state is StepState.FAILED
    assert case.reports == []


@pytest.mark.parametrize("check", [ADDRESSES, NAME, CA])
def test_a_guest_that_cannot_be_there_is_not_waited_for(check) -> None:
    case = case_for(Guest(True, False, "", (), "", 1.0), has_guest=False)
    result = carry_out(check, case)
    assert result.state is StepState.SKIPPED
    assert "simulated vCenter runs no guest" in str(result.said)
    assert case.reports == []


def test_the_published_ca_is_kept_for_the_next_checks() -> None:
    case = case_for(GOOD)
    result = carry_out(CA, case)
    assert case.authority.split() == PKI.authority.split()
    assert fingerprint(PKI.authority) in str(result.said)


def test_the_ca_may_be_wrapped_in_lines() -> None:
    encoded = base64.encodebytes(PKI.authority.encode()).decode()
    assert carry_out(CA, case_for(replace(GOOD, published=encoded))).state is StepState.DONE


def test_another_ca_than_the_profiles_own_is_f4() -> None:
    own = make_pki(("own.example", "192.168.110.20"), number=1).authority
    case = case_for(GOOD, profile=sample(appliance={"ca_certificate": own}))
    result = carry_out(CA, case)
    assert result.finding.code == "proof-own-ca"
    assert fingerprint(own) in str(result.finding.what)
