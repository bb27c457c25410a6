"""The appliance's settings in the sections of the vendor's guide."""

from __future__ import annotations

from collections.abc import Iterator

from core.profile.model import SECTIONS
from core.profile.plain import PROPERTIES_SPEC
from core.text import Text
from gui.form.properties_editor import PropertiesEditor
from gui.pages.page import FormPage
from gui.profile_model import fields_of
from gui.showing import set_shown

_SECTIONS = ("vm", "deployment", "appliance", "network", "load_balancing", "supervisor")
_SECRETS = {
    "appliance": (("secrets.root_password", 0), ("secrets.ca_key", -1)),
    "load_balancing": (("secrets.dataplane_password", -1),),
}
"""Secrets by the section they belong to: (key, place among its fields; -1: at the end)."""


class HAProxyPage(FormPage):
    """Everything that goes into the machine and its first boot."""

    key = "haproxy"
    title = Text("HAProxy settings")
    icon = "haproxy"

    def field_keys(self) -> tuple[str, ...]:
        """The fields of all sections and the secrets among them."""
        own = [spec.key for section in _SECTIONS for spec in fields_of(section)]
        own += [key for placed in _SECRETS.values() for key, _ in placed]
        return (*own, "properties")

    def build_sections(self) -> Iterator[None]:
        """A section per group of the profile; further properties where the OVA has some."""
        secrets = {spec.key: spec for spec in fields_of("secrets")}
        titles = {section.name: section.title for section in SECTIONS}
        titles["vm"] = Text("Placement")
        for section in _SECTIONS:
            specs = list(fields_of(section))
            for key, place in _SECRETS.get(section, ()):
                specs.insert(len(specs) if place < 0 else place, secrets[key])
            self.add_section(titles[section], specs)
            yield
        self._build_properties()

    def _build_properties(self) -> None:
        self.further = self.add_section(PROPERTIES_SPEC.label, [PROPERTIES_SPEC])
        self._show_properties()
        self.services.model.replaced.connect(self._show_properties)

    def offer_properties(self, properties: dict[str, tuple[str, str]]) -> None:
        """Give properties of the OVA that we do not know a row each."""
        editor = self.rows["properties"].editor
        if isinstance(editor, PropertiesEditor):
            editor.offer(properties)
        self._show_properties()

    def _show_properties(self) -> None:
        editor = self.rows["properties"].editor
        if isinstance(editor, PropertiesEditor):
            editor.show_value(self.services.model.value("properties"))
            set_shown(self.further, not editor.is_empty)
