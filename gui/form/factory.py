"""Which editor a field gets: by the kind of its value, never by its name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from core.fields import FieldSpec, Kind
from gui.form.choice_editors import FlagEditor, ListEditor, RadioEditor
from gui.form.editor import Editor
from gui.form.file_editors import FileEditor, PemEditor
from gui.form.host_nics_editor import ExceptionsEditor, NicMapEditor
from gui.form.inventory_editor import InventoryEditor
from gui.form.number_editor import NumberEditor
from gui.form.port_groups_editor import PortGroupsEditor
from gui.form.properties_editor import PropertiesEditor
from gui.form.secret_editor import SecretEditor
from gui.form.text_editor import TextEditor
from gui.profile_model import ProfileModel
from gui.vcenter_state import VCenterState

_SIMPLE: dict[Kind, Callable[[FieldSpec, QWidget], Editor]] = {
    Kind.FLAG: FlagEditor,
    Kind.INTEGER: NumberEditor,
    Kind.PORT: NumberEditor,
    Kind.FILE: FileEditor,
    Kind.PEM: PemEditor,
    Kind.SECRET: SecretEditor,
    Kind.PORT_GROUPS: PortGroupsEditor,
    Kind.PROPERTY_MAP: PropertiesEditor,
}


def build_editor(
    spec: FieldSpec, model: ProfileModel, vcenter: VCenterState, parent: QWidget
) -> Editor:
    """The editor for a field."""
    if spec.kind is Kind.CHOICE:
        return (RadioEditor if len(spec.choices) == 2 else ListEditor)(spec, parent)
    if spec.kind is Kind.INVENTORY:
        return InventoryEditor(spec, vcenter, parent)
    if spec.kind is Kind.NIC_MAP:
        return NicMapEditor(spec, model, vcenter, parent)
    if spec.kind is Kind.HOST_NICS:
        return ExceptionsEditor(spec, model, vcenter, parent)
    return _SIMPLE.get(spec.kind, TextEditor)(spec, parent)
