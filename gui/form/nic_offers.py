"""Physical NICs in words: speed, link, use, and why one cannot be picked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from core.text import Text
from gui.form.choice_delegate import Offer

if TYPE_CHECKING:
    from core.vsphere.inventory import Host, PhysicalNic

COMMON = tuple(f"vmnic{number}" for number in range(8))


def speed_text(nic: PhysicalNic) -> Text:
    """``10 Gbit/s``, or that there is no link."""
    if not nic.has_link or nic.speed_mbit is None:
        return Text("no link")
    if nic.speed_mbit >= 1000:
        return Text("{speed} Gbit/s", speed=f"{nic.speed_mbit / 1000:g}")
    return Text("{speed} Mbit/s", speed=nic.speed_mbit)


def use_text(nic: PhysicalNic) -> Text:
    """What a NIC carries."""
    if nic.is_free:
        return Text("free")
    if nic.carries_management:
        return Text("{switch}, carries management", switch=nic.used_by)
    return Text("in use by {switch}", switch=nic.used_by)


def reason_against(nic: PhysicalNic, switch: str) -> Text | None:
    """Why a NIC cannot be given to the switch; None if it can."""
    if nic.is_free or nic.used_by == switch:
        return None
    if nic.carries_management:
        return Text(
            "{nic} carries the management network ({switch}); taking it away would cut the host "
            "off.", nic=nic.device, switch=nic.used_by,
        )  # fmt: skip
    return Text(
        "{nic} is in use by {switch}. Choose a free NIC.", nic=nic.device, switch=nic.used_by
    )


def offers_for(hosts: Iterable[Host], switch: str) -> list[Offer]:
    """The NICs that can be picked for all hosts; without hosts the usual names."""
    hosts = list(hosts)
    if not hosts:
        return [Offer(device, Text("{nic}", nic=device)) for device in COMMON]
    devices = sorted({nic.device for host in hosts for nic in host.nics}, key=_by_number)
    return [_offer(device, hosts, switch) for device in devices]


def _offer(device: str, hosts: list[Host], switch: str) -> Offer:
    found = [nic for host in hosts if (nic := host.nic(device)) is not None]
    against = [reason for nic in found if (reason := reason_against(nic, switch)) is not None]
    if against:
        return Offer(device, Text("{nic} – {use}", nic=device, use=against[0]), against[0])
    if len(found) < len(hosts):
        text = Text(
            "{nic} – {speed}, on {number} of {hosts}",
            nic=device, speed=speed_text(found[0]), number=len(found),
            hosts=Text("{count} host", "{count} hosts", count=len(hosts)),
        )  # fmt: skip
    else:
        text = Text(
            "{nic} – {speed}, {use}",
            nic=device, speed=speed_text(found[0]), use=use_text(found[0]),
        )  # fmt: skip
    return Offer(device, text)


def _by_number(device: str) -> tuple[str, int]:
    stem = device.rstrip("0123456789")
    return stem, int(device[len(stem) :] or 0)
