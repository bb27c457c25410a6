"""The six checks of a proof, in the order in which an appliance comes up."""

from __future__ import annotations

from core.proof.check import Check
from core.proof.guest_checks import AddressCheck, AuthorityCheck, HostNameCheck
from core.proof.network_checks import ApiCheck, CertificateCheck, PortCheck

CHECKS: tuple[Check, ...] = (
    AddressCheck(),
    HostNameCheck(),
    AuthorityCheck(),
    PortCheck(),
    CertificateCheck(),
    ApiCheck(),
)
