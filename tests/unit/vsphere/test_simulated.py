"""A simulated vCenter is known by what it says of itself, never by its address."""

from __future__ import annotations

import ssl
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyVmomi import vim

from core.profile.model import VCenterSettings
from core.proof.surroundings import straight, surroundings_for
from core.vsphere.session import Session
from core.vsphere.stub import RenewingStub

REAL = "VMware vCenter Server 8.0.3 build-24022515"
STOCK = "VMware vCenter Server 6.5.0 build-5973321"


class Settings:
    """A vCenter's advanced settings: those given."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, 0

    def QueryOptions(self, name: str) -> Any:
        assert name == "vcsim.server.url"
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def login(name: str, settings: Settings) -> Session:
    target = VCenterSettings("127.0.0.1", 8443, "me@lab", "")
    session = Session(target, cast("RenewingStub", None), cast("ssl.SSLContext", None))
    about = vim.AboutInfo(
        name="VMware vCenter Server", fullName=name, version="8.0.3", build="1",
        apiType="VirtualCenter",
    )  # fmt: skip
    session.content = SimpleNamespace(about=about, setting=settings)
    return session


@pytest.mark.parametrize("fault", [vim.fault.InvalidName(), vim.fault.NoPermission()])
@pytest.mark.parametrize("name", [REAL, STOCK])
def test_a_real_one_at_the_end_of_a_tunnel_is_real(name: str, fault: Exception) -> None:
    settings = Settings(fault)
    session = login(name, settings)
    around = surroundings_for(session)
    assert (around.route, around.has_guest) == (straight, True)
    assert not session.is_simulated
    assert settings.asked == 1


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        (f"{REAL} (practice)", Settings(vim.fault.InvalidName())),
        (STOCK, Settings([vim.option.OptionValue(key="vcsim.server.url", value="https://x")])),
    ],
)
def test_a_simulator_has_neither_guests_nor_networks(name: str, settings: Settings) -> None:
    around = surroundings_for(login(name, settings))
    assert (around.route, around.has_guest) == (None, False)
    assert "simulated vCenter" in str(around.no_network)
    assert "simulated vCenter" in str(around.no_guest)
