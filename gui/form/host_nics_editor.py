"""Which physical NIC goes to which uplink: one mapping for all hosts, and the hosts themselves."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.fields import FieldSpec
from core.profile.model import EXISTING, NicMap
from core.profile.values import clean_line
from core.text import Text
from gui.form.choice_delegate import VALUE, ChoiceDelegate, Index, Offer
from gui.form.editor import Editor
from gui.form.nic_offers import offers_for, reason_against, speed_text, use_text
from gui.form.nic_problems import NicProblems
from gui.form.table import FormTable
from gui.profile_model import ProfileModel
from gui.showing import set_shown
from gui.vcenter_state import VCenterState
from gui.wording import WORDING, name, say


class NicMapEditor(Editor):
    """A row per uplink with the NIC that every host connects to it."""

    def __init__(
        self,
        spec: FieldSpec,
        model: ProfileModel,
        vcenter: VCenterState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(spec, parent)
        self._model, self._vcenter = model, vcenter
        self._value: NicMap = ()
        self._is_showing = False
        self.table = FormTable(2, self)
        self.table.setColumnWidth(0, 130)
        self._delegate = ChoiceDelegate(self._offers, self, Text("Physical NIC"), editable=True)
        self.table.setItemDelegateForColumn(1, self._delegate)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        self.table.itemChanged.connect(self._on_changed)
        model.value_changed.connect(self._on_other_value)
        WORDING.changed.connect(self._render)
        NicProblems(model, vcenter, self)
        self.finish()

    def control(self) -> QWidget:
        """The table."""
        return self.table

    def show_value(self, value: Any) -> None:
        """Show the mapping."""
        if tuple(value) != self._value or not self.table.rowCount():
            self._value = tuple(value)
            self._render()

    def _offers(self, _index: Index) -> list[Offer]:
        none = Offer("", Text("none"))
        return [none, *offers_for(self._vcenter.hosts, self._model.profile.switch.name)]

    def _on_other_value(self, key: str) -> None:
        if key in ("switch.uplinks", "switch.mode"):
            self._render()

    def _render(self) -> None:
        self._is_showing = True
        headers = (Text("Uplink"), Text("Physical NIC"))
        self.table.setHorizontalHeaderLabels([str(header) for header in headers])
        switch = self._model.profile.switch
        named = dict(self._value)
        uplinks = list(dict.fromkeys((*switch.uplink_names[:32], *named)))
        if switch.mode == EXISTING and named:
            uplinks = [*named, *(["…"] if len(named) < 32 else [])]
        self.table.setRowCount(len(uplinks))
        for row, uplink in enumerate(uplinks):
            first, second = QTableWidgetItem(uplink), QTableWidgetItem(named.get(uplink, ""))
            first.setData(VALUE, uplink)
            second.setData(VALUE, named.get(uplink, ""))
            if switch.mode != EXISTING:
                first.setFlags(first.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.table.setItem(row, 0, first)
            self.table.setItem(row, 1, second)
        self.table.fit()
        self._is_showing = False

    def _on_changed(self, item: QTableWidgetItem) -> None:
        if self._is_showing:
            return
        self._is_showing = True
        if item.column() == 1:
            item.setText(str(item.data(VALUE) or ""))
        self._is_showing = False
        rows = range(self.table.rowCount())
        pairs = [(self.table.item(r, 0).text(), self.table.item(r, 1).text()) for r in rows]
        self._value = tuple((clean_line(u), clean_line(nic)) for u, nic in pairs if clean_line(nic))
        self.typed.emit(self._value)
        self.left.emit()


class ExceptionsEditor(Editor):
    """The hosts with their NICs, as in the vSphere Client: each free NIC can get an uplink."""

    is_wide = True

    def __init__(
        self,
        spec: FieldSpec,
        model: ProfileModel,
        vcenter: VCenterState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(spec, parent)
        self._model, self._vcenter = model, vcenter
        self._value: tuple[tuple[str, NicMap], ...] = ()
        self._rows: list[tuple[str, str]] = []
        self._later: NicMap = ()
        self._is_showing = False
        self.table = FormTable(5, self)
        for column, width in enumerate((142, 66, 78, 214, 80)):
            self.table.setColumnWidth(column, width)
        self._delegate = ChoiceDelegate(self._offers, self, Text("Uplink"))
        self.table.setItemDelegateForColumn(4, self._delegate)
        self.all_button = self._button("all", Text("Apply to all hosts"))
        self.add_button = self._button("add", Text("Add host…"))
        self.clear_button = self._button("clear", Text("Remove exceptions"))
        buttons = QHBoxLayout()
        for button in (self.all_button, self.add_button, self.clear_button):
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        layout.addLayout(buttons)
        self.table.itemChanged.connect(self._on_changed)
        self.table.itemSelectionChanged.connect(self._enable)
        self.all_button.clicked.connect(self._on_all)
        self.add_button.clicked.connect(self._on_add)
        self.clear_button.clicked.connect(lambda: self._take(()))
        model.value_changed.connect(self._on_other_value)
        vcenter.changed.connect(self._render)
        WORDING.changed.connect(self._render)
        self.finish()

    def _button(self, action: str, text: Text) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(f"{self.spec.key}.{action}")
        say(button, "setText", text)
        name(button, text, self.spec.help)
        return button

    def control(self) -> QWidget:
        """The table."""
        return self.table

    def show_value(self, value: Any) -> None:
        """Show the exceptions among the hosts."""
        if tuple(value) != self._value or not self.table.horizontalHeaderItem(0):
            self._value = tuple(value)
            self._render()

    def _on_other_value(self, key: str) -> None:
        if key in ("switch.nics", "switch.uplinks", "switch.name"):
            self._render()

    def _offers(self, _index: Index) -> list[Offer]:
        switch = self._model.profile.switch
        uplinks = dict.fromkeys((*switch.uplink_names[:32], *dict(switch.nics)))
        return [Offer("", Text("–")), *(Offer(u, Text("{uplink}", uplink=u)) for u in uplinks)]

    def _render(self) -> None:
        self._is_showing = True
        headers = (Text("Host"), Text("NIC"), Text("Speed"), Text("Use"), Text("Uplink"))
        self.table.setHorizontalHeaderLabels([str(header) for header in headers])
        self._rows = []
        live = {host.name: host for host in self._vcenter.hosts}
        cells: list[tuple[tuple[str, str, str, str, str], Text | None]] = []
        own = self._model.profile.switch.name
        for host in dict.fromkeys((*live, *dict(self._value))):
            wanted = {nic: uplink for uplink, nic in self._nics_of(host)}
            known = {nic.device: nic for nic in live[host].nics} if host in live else {}
            for number, device in enumerate(dict.fromkeys((*known, *wanted))):
                nic = known.get(device)
                speed = str(speed_text(nic)) if nic else ""
                use = use_text(nic) if nic else Text("not checked yet")
                shown = host if number == 0 else ""
                cells.append(((shown, device, speed, str(use), wanted.get(device, "")),
                              reason_against(nic, own) if nic else None))  # fmt: skip
                self._rows.append((host, device))
        self.table.setRowCount(len(cells))
        for row, (texts, reason) in enumerate(cells):
            for column, text in enumerate(texts):
                self.table.setItem(row, column, self._item(column, text, reason))
        self.table.fit()
        set_shown(self.table, bool(cells))
        # Tab does not get past a widget whose focus proxy is hidden.
        self.setFocusProxy(self.table if cells else self.add_button)
        self._is_showing = False
        self._enable()

    def _item(self, column: int, text: str, reason: Text | None) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setData(VALUE, text)
        flags = item.flags()
        if column != 4 or reason is not None:
            flags &= ~Qt.ItemFlag.ItemIsEditable
        if reason is not None:
            item.setToolTip(str(reason))
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, str(reason))
            if column:
                flags &= ~Qt.ItemFlag.ItemIsEnabled
        item.setFlags(flags)
        return item

    def _nics_of(self, host: str) -> NicMap:
        return dict(self._value).get(host, tuple(self._model.value("switch.nics")))

    def _enable(self) -> None:
        self.all_button.setEnabled(self.table.currentRow() >= 0)
        self.clear_button.setEnabled(bool(self._value))

    def _on_changed(self, item: QTableWidgetItem) -> None:
        if self._is_showing or item.column() != 4:
            return
        host, device = self._rows[item.row()]
        uplink = str(item.data(VALUE) or "")
        mapping = {u: n for u, n in self._nics_of(host) if n != device}
        if uplink:
            mapping[uplink] = device
        common = tuple(self._model.value("switch.nics"))
        after = tuple(sorted(mapping.items()))
        if not dict(self._value).get(host) and uplink and uplink not in dict(common):
            # The first NIC for an uplink: most clusters are alike, so it counts for all hosts.
            self._later = after
            QTimer.singleShot(0, self._set_for_all)
            return
        rest = dict(self._value) | {host: after}
        if after == tuple(sorted(common)):
            del rest[host]
        self._value = tuple(rest.items())
        self._tell()
        QTimer.singleShot(0, self._render)  # not now: it would delete the item that tells us

    def _set_for_all(self) -> None:
        self._model.set_value("switch.nics", self._later)

    def _on_all(self) -> None:
        host, _ = self._rows[self.table.currentRow()]
        mapping = self._nics_of(host)
        self._take(())
        self._model.set_value("switch.nics", mapping)

    def _on_add(self) -> None:
        title, label = str(Text("Exception")), str(Text("Host name as in the vCenter"))
        host, ok = QInputDialog.getText(self, title, label)
        host = clean_line(host)
        if ok and host and host not in dict(self._value):
            self._take((*self._value, (host, tuple(self._model.value("switch.nics")))))

    def _take(self, value: tuple[tuple[str, NicMap], ...]) -> None:
        self._value = value
        self._render()
        self._tell()

    def _tell(self) -> None:
        self.typed.emit(self._value)
        self.left.emit()
