from __future__ import annotations

import pytest
from pyVmomi import vim

from core.checks.live.mtu import PhysicalPort, announced_mtu, find_physical_mtu

Nic = vim.host.PhysicalNic


def lldp(**values: str) -> object:
    parameters = [vim.KeyAnyValue(key=key, value=value) for key, value in values.items()]
    return Nic.NetworkHint(
        device="vmnic1",
        lldpInfo=Nic.LldpInfo(chassisId="x", portId="1", timeToLive=120, parameter=parameters),
    )


@pytest.mark.parametrize(
    ("hint", "mtu"),
    [
        (None, None),
        (Nic.NetworkHint(device="vmnic1"), None),
        (Nic.NetworkHint(device="vmnic1", connectedSwitchPort=Nic.CdpInfo(mtu=9216)), 9216),
        (Nic.NetworkHint(device="vmnic1", connectedSwitchPort=Nic.CdpInfo(portId="1")), None),
        (lldp(MTU="1500"), 1500),
        (lldp(MTU="0"), None),
        (lldp(MTU="jumbo"), None),
        (lldp(TimeOut="60"), None),
    ],
)
def test_the_announced_mtu_is_read(hint: object, mtu: int | None) -> None:
    assert announced_mtu(hint) == mtu


def test_a_port_that_carries_less_is_warned_about_and_a_silent_one_noted() -> None:
    ports = (
        PhysicalPort("esx-01", "vmnic1", 9216),
        PhysicalPort("esx-02", "vmnic1", 1500),
        PhysicalPort("esx-03", "vmnic1", None),
    )
    small, silent = find_physical_mtu(9000, ports)
    assert small.code == "mtu-physical"
    assert "vmnic1 of host esx-02 carries 1500 bytes" in str(small.what)
    assert silent.code == "mtu-unproven"
    assert "esx-03 vmnic1" in str(silent.what)


def test_ports_that_carry_enough_are_no_finding() -> None:
    assert list(find_physical_mtu(9000, (PhysicalPort("esx-01", "vmnic1", 9000),))) == []
