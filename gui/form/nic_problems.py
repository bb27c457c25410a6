"""What speaks against the NICs in the form, said as soon as the hosts are known."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.plan.nic_problems import find_nic_problems
from gui.profile_model import ProfileModel
from gui.vcenter_state import VCenterState

_KEYS = ("switch.nics", "switch.host_nics", "switch.name", "switch.cluster")


class NicProblems(QObject):
    """Gives the findings of the plan about NICs to the model before there is a plan.

    They are the very same, so that the plan does not say them once more; a plan of now takes
    their place.
    """

    def __init__(self, model: ProfileModel, vcenter: VCenterState, parent: QObject) -> None:
        super().__init__(parent)
        self._model, self._vcenter = model, vcenter
        vcenter.changed.connect(self._look)
        model.replaced.connect(self._look)
        model.value_changed.connect(self._on_value)

    def _on_value(self, key: str) -> None:
        if key in _KEYS:
            self._look()

    def _look(self) -> None:
        cluster = self._vcenter.cluster()
        hosts = self._vcenter.hosts if cluster is not None else ()
        known = [host for host in hosts if cluster is not None and host.moid in cluster.hosts]
        found = find_nic_problems(self._model.profile, known)
        self._model.set_more("nics", found)
