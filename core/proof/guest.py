"""What the appliance says of itself through vCenter, without any network: tools and guestinfo."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from msgspec import Struct
from pyVmomi import vim

from core.text import Text
from core.vsphere.faults import explained
from core.vsphere.machine import CA_KEY
from core.vsphere.retrieve import read_object
from core.vsphere.session import Session

_NAMELESS = frozenset({"localhost", "localhost.localdomain", "localhost.local"})
_PATHS = (
    "name",
    "guest.hostName",
    "guest.ipAddress",
    "guest.net",
    "guest.toolsRunningStatus",
    "config.extraConfig",
    "runtime.powerState",
    "runtime.bootTime",
)


class Guest(Struct, frozen=True):
    """The appliance as VMware Tools and its extra configuration show it.

    ``published`` is the CA as the first boot leaves it, base64 of PEM; ``up_s`` is how long the
    machine has been on by the vCenter's own clock.
    """

    is_on: bool
    has_tools: bool
    host_name: str
    addresses: tuple[str, ...]
    published: str
    up_s: float = 0.0

    @property
    def reports(self) -> bool:
        """Whether VMware Tools have said anything at all."""
        return self.has_tools or bool(self.host_name or self.addresses)

    @property
    def is_nameless(self) -> bool:
        """Whether it still has the name of a system that got no settings (F1)."""
        return self.host_name.casefold() in _NAMELESS

    @property
    def authority(self) -> str:
        """The published CA as PEM; "" while there is none.

        Raises:
            ValueError: something is published that is no certificate.
        """
        if not self.published:
            return ""
        from core.certificates import CertificateError, certificate_pem

        try:
            decoded = base64.b64decode("".join(self.published.split()), validate=True)
            return certificate_pem(decoded)
        except (binascii.Error, CertificateError) as error:
            raise ValueError(str(error)) from error


def read_guest(session: Session, moid: str) -> Guest:
    """The guest's state, in one call and the vCenter's time in another."""
    with explained(Text("Reading what the appliance reports")):
        row = read_object(session, session.ref(vim.VirtualMachine, moid), *_PATHS)
        is_on = str(row["runtime.powerState"]) == "poweredOn"
        booted = row["runtime.bootTime"]
        now = vim.ServiceInstance("ServiceInstance", session.stub).CurrentTime() if booted else None
    extra = {option.key: str(option.value) for option in row["config.extraConfig"] or []}
    return Guest(
        is_on=is_on,
        has_tools=str(row["guest.toolsRunningStatus"] or "") == "guestToolsRunning",
        host_name=row["guest.hostName"] or "",
        addresses=_addresses(row["guest.ipAddress"], row["guest.net"]) if is_on else (),
        published=extra.get(CA_KEY, ""),
        up_s=_seconds(booted, now),
    )


def _addresses(first: str | None, nics: Any) -> tuple[str, ...]:
    """IPv4 addresses of all NICs, the primary one first; link-local ones say nothing."""
    found = [first or ""]
    for nic in nics or []:
        found += list(nic.ipAddress or [])
    wanted = (address for address in found if address and ":" not in address)
    return tuple(dict.fromkeys(a for a in wanted if not a.startswith("169.254.")))


def _seconds(booted: datetime | None, now: datetime | None) -> float:
    return max(0.0, (now - booted).total_seconds()) if booted and now else 0.0
