"""What the appliance reports through vCenter: its addresses, its host name, its CA."""

from __future__ import annotations

from abc import abstractmethod

from core.certificates import certificate_data, read_certificates, summary
from core.errors import AppError
from core.findings import Finding
from core.proof import rules
from core.proof.case import Case
from core.proof.check import Check, Look, not_yet, right, unseen, wrong
from core.proof.guest import Guest
from core.proof.limits import Limits
from core.text import Text, listed
from core.vsphere.trust import fingerprint

_NAME = "network.host_name"


class _GuestCheck(Check):
    """A check of what is reported; its time counts from the power-on."""

    def limit_s(self, limits: Limits) -> float:
        """See ``Check.limit_s``."""
        return limits.boot_s

    def head_start_s(self, case: Case) -> float:
        """An appliance that has been on for long has had its time."""
        return case.guest.up_s if case.guest else 0.0

    def look(self, case: Case) -> Look:
        """See ``Check.look``."""
        guest = case.look()
        case.waited_s = max(case.waited_s, guest.up_s)
        if not guest.is_on:
            return wrong(rules.OFF.found("vm.name", what=Text("The appliance is powered off.")))
        return self.judge(case, guest)

    @abstractmethod
    def judge(self, case: Case, guest: Guest) -> Look:
        """Judge a guest that is on."""


class AddressCheck(_GuestCheck):
    """VMware Tools report every planned address."""

    key = "proof-addresses"
    title = Text("VMware Tools report the planned addresses")

    def judge(self, case: Case, guest: Guest) -> Look:
        """See ``_GuestCheck.judge``."""
        planned = case.planned_addresses
        missing = [address for address in planned if address not in guest.addresses]
        if not missing:
            return right(Text("{addresses}", addresses=listed(planned)))
        if not guest.reports and not case.surroundings.has_guest:
            return unseen(case.surroundings.no_guest)
        return not_yet(_find_wrong_address(case, guest, missing))


class HostNameCheck(_GuestCheck):
    """The host name is the planned one."""

    key = "proof-host-name"
    title = Text("The host name is the planned one")

    def judge(self, case: Case, guest: Guest) -> Look:
        """See ``_GuestCheck.judge``."""
        planned, found = case.profile.network.host_name, guest.host_name
        if _same_name(planned, found):
            return right(Text("{name}", name=found))
        if not guest.reports and not case.surroundings.has_guest:
            return unseen(case.surroundings.no_guest)
        if guest.is_nameless:
            what = Text("The host name is {found} after {waited}.", found=found, waited=case.waited)
            return not_yet(_no_settings(case, what))
        if not found:
            what = Text("No host name is reported after {waited}.", waited=case.waited)
            return not_yet(rules.SILENT_GUEST.found(_NAME, what=what))
        what = Text("The host name is {found} instead of {planned}.", found=found, planned=planned)
        return not_yet(rules.OTHER_NAME.found(_NAME, what=what))


class AuthorityCheck(_GuestCheck):
    """The first boot has gone through: it has published the appliance's CA."""

    key = "proof-ca"
    title = Text("The first boot is complete: the CA is published")

    def judge(self, case: Case, guest: Guest) -> Look:
        """See ``_GuestCheck.judge``."""
        try:
            authority = guest.authority
        except ValueError as error:
            what = Text("The published CA cannot be read: {reason}", reason=error)
            return wrong(rules.BAD_CA.found("appliance.ca_certificate", what=what))
        if not authority:
            return self._missing(case, guest)
        case.authority = authority
        own = _own_authority(case)
        if own and fingerprint(own) != fingerprint(authority):
            what = Text(
                "The CA is not the profile's: {found} instead of {planned}.",
                found=fingerprint(authority),
                planned=fingerprint(own),
            )
            return wrong(rules.OWN_CA_IGNORED.found("appliance.ca_certificate", what=what))
        until = summary(authority).not_after
        return right(
            Text(
                "SHA-256 {sha256}, valid until {until:%Y-%m-%d}",
                sha256=fingerprint(authority),
                until=until,
            )
        )

    def _missing(self, case: Case, guest: Guest) -> Look:
        if not guest.reports and not case.surroundings.has_guest:
            return unseen(case.surroundings.no_guest)
        what = Text("No CA has been published after {waited}.", waited=case.waited)
        if guest.is_nameless or case.address not in guest.addresses:
            return not_yet(_no_settings(case, what))
        return not_yet(rules.NO_CA.found("vm.name", what=what))


def _find_wrong_address(case: Case, guest: Guest, missing: list[str]) -> Finding:
    field = "network.management_address"
    if not guest.reports:
        what = Text("VMware Tools have reported nothing after {waited}.", waited=case.waited)
        return rules.SILENT_GUEST.found(field, what=what)
    if guest.is_nameless:
        found = Text("no address") if not guest.addresses else listed(guest.addresses)
        what = Text(
            "Host name {name} and {found} after {waited}; planned was {planned}.",
            name=guest.host_name,
            found=found,
            waited=case.waited,
            planned=listed(case.planned_addresses),
        )
        return _no_settings(case, what)
    if not guest.addresses:
        what = Text("No address is reported after {waited}.", waited=case.waited)
        return _no_settings(case, what)
    what = Text(
        "Reported are {found}; {missing} is missing.",
        found=listed(guest.addresses),
        missing=listed(missing),
    )
    return rules.OTHER_ADDRESS.found(field, what=what)


def _no_settings(case: Case, what: Text) -> Finding:
    release = case.session.about.release
    rule = rules.NO_SETTINGS_9 if release >= (9,) else rules.NO_SETTINGS
    advice = Text("{cause} {cure}", cause=rule.cause, cure=rule.cure)
    return rule.found("vm.name", what=what, advice=advice)


def _same_name(planned: str, found: str) -> bool:
    """Some versions of the tools report the name without its domain."""
    one, other = planned.casefold().rstrip("."), found.casefold().rstrip(".")
    return bool(other) and other in {one, one.partition(".")[0]}


def _own_authority(case: Case) -> str:
    """The profile's own CA as PEM, "" if there is none or it cannot be read (any more)."""
    try:
        data = certificate_data(case.profile)
        if not data:
            return ""
        from cryptography.hazmat.primitives.serialization import Encoding

        return read_certificates(data)[0].public_bytes(Encoding.PEM).decode("ascii")
    except AppError:
        return ""
