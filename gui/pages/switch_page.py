"""The distributed switch: new or existing, its port groups, and the hosts that join."""

from __future__ import annotations

from collections.abc import Iterator

from core.text import Text
from gui.pages.page import FormPage
from gui.profile_model import fields_of

_TABLES = ("switch.port_groups",)
_HOSTS = ("switch.cluster", "switch.nics", "switch.host_nics")


class SwitchPage(FormPage):
    """Three sections: switch, port groups, hosts."""

    key = "switch"
    title = Text("Switch")
    icon = "switch"

    def field_keys(self) -> tuple[str, ...]:
        """The switch's fields."""
        return tuple(spec.key for spec in fields_of("switch"))

    def build_sections(self) -> Iterator[None]:
        """Switch, port groups, hosts."""
        specs = {spec.key: spec for spec in fields_of("switch")}
        apart = (*_TABLES, *_HOSTS)
        switch = [spec for key, spec in specs.items() if key not in apart]
        self.add_section(Text("Distributed switch"), switch)
        yield
        self.add_section(Text("Port groups"), [specs[key] for key in _TABLES])
        yield
        self.add_section(Text("Hosts"), [specs[key] for key in _HOSTS])
