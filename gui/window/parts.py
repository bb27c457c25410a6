"""Everything a window has besides its start page; imported once that has been painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from gui.ova_state import OvaState
from gui.pages.connection_page import ConnectionPage
from gui.pages.deploy_page import DeployPage
from gui.pages.haproxy_page import HAProxyPage
from gui.pages.ova_page import OvaPage
from gui.pages.page import Page, Services
from gui.pages.review_page import ReviewPage
from gui.pages.switch_page import SwitchPage
from gui.profile_model import ProfileModel
from gui.vcenter_state import VCenterState
from gui.window.profile_flow import ProfileFlow
from gui.window.secrets_flow import SecretsFlow
from gui.window.strips import Foot, TopStrip
from gui.window.tabs import PageTabs

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow


class Parts(Struct, frozen=True):
    """What works on one profile, and the pages that show it."""

    model: ProfileModel
    vcenter: VCenterState
    ova: OvaState
    flow: ProfileFlow
    secrets: SecretsFlow
    pages: tuple[Page, ...]
    haproxy_page: HAProxyPage
    deploy_page: DeployPage
    strip: TopStrip
    tabs: PageTabs
    foot: Foot


def build_parts(window: MainWindow) -> Parts:
    """Make them, the pages still empty."""
    controller = window.application.controller
    model = ProfileModel(controller, window)
    vcenter = VCenterState(model, controller, window)
    ova = OvaState(model, controller, window)
    services = Services(model, vcenter, controller)
    haproxy, deploy = HAProxyPage(services, window), DeployPage(services, ova, window)
    return Parts(
        model,
        vcenter,
        ova,
        ProfileFlow(window, model, controller),
        SecretsFlow(model, vcenter, controller, window),
        (
            ConnectionPage(services, window),
            SwitchPage(services, window),
            OvaPage(services, ova, window),
            haproxy,
            ReviewPage(services, ova, window),
            deploy,
        ),
        haproxy,
        deploy,
        TopStrip(window),
        PageTabs(window),
        Foot(window),
    )
