"""The sheet: every value in every form and language, no secret unless asked for."""

from __future__ import annotations

import html as html_module
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from core.handoff.content import build_sheet
from core.handoff.enabling import cluster_body, supervisor_body
from core.handoff.formats import FORMATS, get_format
from core.handoff.html import render_html
from core.handoff.markdown import render_markdown
from core.handoff.printing import NoPrinter, register_printer
from core.handoff.sheet import LASTING_WORDS, Lasting
from core.handoff.source import Source
from core.text import use_language
from tests.unit.handoff.samples import AUTHORITY, PASSWORD, SECRETS, connected, offline

VALUES = {
    "name": "haproxy",
    "type": "HAProxy",
    "endpoint": "192.168.110.20:5556",
    "user": "admin",
    "password": None,
    "ranges": "192.168.130.128-192.168.130.254",
    "ca_certificate": AUTHORITY.strip(),
    "range_1_cidr": "192.168.130.128/25",
    "range_1_first_last": "192.168.130.128-192.168.130.254",
    "range_1_address": "192.168.130.128",
    "range_1_count": "127",
    "port_group_1": "Primary Workload Network",
    "port_group_1_id": "dvportgroup-31",
    "port_group_2": "Workload Network",
    "port_group_2_id": "dvportgroup-32",
    "port_group_3": "Frontend Network",
    "port_group_3_id": "dvportgroup-33",
    "management_network": "VM Network",
    "management_network_id": "network-7",
    "workload_network_id": "dvportgroup-31",
    "workload_subnet": "192.168.120.0/24",
    "workload_mask": "255.255.255.0",
    "workload_gateway": "192.168.120.1",
    "frontend_gateway": "192.168.130.1",
    "cluster": "Supervisor-Cluster",
    "cluster_id": "domain-c9",
    "services_cidr": "10.96.0.0/23",
    "vm_id": "vm-42",
    "switch_id": "dvs-30",
}


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    use_language(request.param)
    yield request.param
    use_language("en")


def test_the_sheet_has_every_value() -> None:
    values = build_sheet(connected()).as_dict()["values"]
    assert {key: values.get(key, "absent") for key in VALUES} == VALUES


def test_every_form_has_every_value_in_both_languages(language: str) -> None:
    source = connected()
    sheet = build_sheet(source)
    markdown, page = render_markdown(sheet), html_module.unescape(render_html(sheet))
    plain = json.dumps(sheet.as_dict(), ensure_ascii=False)
    for item in sheet.items:
        for line in item.value.splitlines():
            assert line in markdown
            assert line in page
            assert line in plain
    assert f'lang="{language}"' in page


def test_each_item_can_be_copied_alone() -> None:
    items = list(build_sheet(connected()).items)
    keys = [item.key for item in items]
    assert len(keys) == len(set(keys))
    assert all(str(item.label) for item in items)
    assert all(item.note is not None for item in items if item.is_missing)


@pytest.mark.parametrize(
    ("key", "lasting"),
    [
        ("endpoint", Lasting.PERMANENT),
        ("management_address", Lasting.PERMANENT),
        ("ranges", Lasting.ADD_ONLY),
        ("range_1_cidr", Lasting.ADD_ONLY),
        ("user", Lasting.CHANGEABLE),
        ("configuration", Lasting.REDEPLOY),
        ("host_name", Lasting.REDEPLOY),
        ("workload_address", Lasting.REDEPLOY),
        ("frontend_gateway", Lasting.REDEPLOY),
        ("management_mask", Lasting.REDEPLOY),
        ("ca_certificate", Lasting.CHANGEABLE),
    ],
)
def test_what_cannot_be_changed_later_is_marked(key: str, lasting: Lasting) -> None:
    sheet = build_sheet(connected())
    item = next(item for item in sheet.items if item.key == key)
    assert item.lasting is lasting
    row = next(r for r in render_markdown(sheet).splitlines() if r.startswith(f"| {item.label} |"))
    assert {kind for kind, words in LASTING_WORDS.items() if str(words) in row} == (
        {lasting} - {Lasting.CHANGEABLE}
    )


def test_the_marks_are_those_of_the_guide() -> None:
    """Those of "What can never be changed later" in docs/guide/en/after-deployment.md."""
    source = connected(network={"additional_workload_networks": ("10.9.0.0/24",)})
    marked: dict[Lasting, set[str]] = {}
    for item in build_sheet(source).items:
        marked.setdefault(item.lasting, set()).add(re.sub("^range_[0-9]_.*", "ranges", item.key))
    nics = {f"{nic}_{what}" for nic in ("management", "workload", "frontend")
            for what in ("subnet", "mask", "address", "gateway")}  # fmt: skip
    once = {"configuration", "host_name", "additional_workload_networks"}
    assert marked[Lasting.PERMANENT] == {"endpoint", "management_address"}
    assert marked[Lasting.REDEPLOY] == (nics | once) - {"management_address"}
    assert marked[Lasting.ADD_ONLY] == {"ranges"}


@pytest.mark.parametrize("form", ["markdown", "html", "json", "govc", "powercli"])
def test_a_plan_is_never_taken_for_a_deployment(form: str) -> None:
    render = get_format(form).render
    there = connected()
    found = there.found
    assert found is not None
    absent = replace(there, found=replace(found, machine=""))
    said = {"markdown": r"\*\*", "html": "<", "json": '"', "govc": "#", "powercli": "#"}[form]
    taken = replace(there, found=replace(found, machine="", stranger=True))
    not_ours = "Not deployed: the virtual machine .* is not this appliance"
    cases = ((offline(), "Not checked: "), (absent, "Not deployed: "), (taken, not_ours))
    for source, words in cases:
        assert re.search(f"{said}.*{words}", render(source, "").decode("utf-8-sig"))
    for words in ("Not checked: ", "Not deployed: "):
        assert words not in render(there, "").decode("utf-8-sig")


def test_offline_what_only_the_vcenter_knows_is_marked() -> None:
    sheet = build_sheet(offline())
    missing = {item.key for item in sheet.items if item.is_missing}
    assert missing == {
        "password", "ca_certificate", "cluster_id", "vm_id", "switch_id",
        "port_group_1_id", "port_group_2_id", "port_group_3_id",
        "management_network_id", "workload_network_id", "frontend_network_id",
    }  # fmt: skip
    assert "only the vCenter knows it" in render_markdown(sheet)


def test_the_users_own_ca_is_known_offline() -> None:
    source = offline(appliance={"ca_certificate": AUTHORITY, "ca_key_file": "ca.key"})
    assert source.authority.split() == AUTHORITY.split()


@pytest.mark.parametrize("text", ["a|b", "*x*", "`y`", "<b>&amp;", "[l](u)", "a``b"])
def test_values_are_never_markup(text: str) -> None:
    source = connected(vm={"name": "haproxy"}, switch={"name": text})
    sheet = build_sheet(source)
    parser = _Cells()
    parser.feed(render_html(sheet))
    assert text in parser.cells
    row = next(r for r in render_markdown(sheet).splitlines() if r.startswith("| Switch name"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 4
    assert text in row.replace("\\|", "|")


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []

    def handle_data(self, data: str) -> None:
        self.cells.append(data)


# --- The bodies of the enablement APIs ----------------------------------------------------


def test_the_body_for_clusters_has_the_published_shape() -> None:
    body = cluster_body(connected())
    assert body == {
        "network_provider": "VSPHERE_NETWORK",
        "service_cidr": {"address": "10.96.0.0", "prefix": 23},
        "workload_networks_spec": {
            "supervisor_primary_workload_network": {
                "network": "primary",
                "network_provider": "VSPHERE_NETWORK",
                "vsphere_network": {
                    "portgroup": "dvportgroup-31",
                    "gateway": "192.168.120.1",
                    "subnet_mask": "255.255.255.0",
                    "address_ranges": [],
                    "ip_assignment_mode": "STATICRANGE",
                },
            }
        },
        "load_balancer_config_spec": {
            "id": "haproxy",
            "provider": "HA_PROXY",
            "address_ranges": [{"address": "192.168.130.128", "count": 127}],
            "ha_proxy_config_create_spec": {
                "servers": [{"host": "192.168.110.20", "port": 5556}],
                "username": "admin",
                "certificate_authority_chain": AUTHORITY,
            },
        },
    }


def test_the_body_for_supervisors_has_the_published_shape() -> None:
    body = supervisor_body(connected(), PASSWORD)
    assert body == {
        "workloads": {
            "network": {
                "network": "primary",
                "network_type": "VSPHERE",
                "vsphere": {"dvpg": "dvportgroup-31"},
                "services": {"dns": {"servers": ["192.168.110.5"]}},
                "ip_management": {
                    "dhcp_enabled": False,
                    "gateway_address": "192.168.120.1/24",
                    "ip_assignments": [
                        {"assignee": "SERVICE", "ranges": [{"address": "10.96.0.0", "count": 512}]}
                    ],
                },
            },
            "edge": {
                "id": "haproxy",
                "provider": "HAPROXY",
                "load_balancer_address_ranges": [{"address": "192.168.130.128", "count": 127}],
                "haproxy": {
                    "servers": [{"host": "192.168.110.20", "port": 5556}],
                    "username": "admin",
                    "password": PASSWORD,
                    "certificate_authority_chain": AUTHORITY,
                },
            },
        }
    }


# --- Secrets ------------------------------------------------------------------------------

TEXT_FORMS = [form for form in FORMATS if form.is_text]


@pytest.mark.parametrize("form", TEXT_FORMS, ids=lambda form: form.name)
@pytest.mark.parametrize("make", [connected, offline])
def test_no_form_has_a_secret_unless_asked(form, make) -> None:
    source: Source = make()
    content = form.render(source, "").decode("utf-8-sig")
    assert not [secret for secret in SECRETS if secret in content]
    assert "********" not in content


@pytest.mark.parametrize(
    ("name", "has_it"),
    [
        ("markdown", True), ("html", True), ("json", True), ("json-cluster", True),
        ("json-supervisor", True), ("govc", False), ("powercli", False),
    ],
)  # fmt: skip
def test_the_password_is_in_it_when_asked_for_but_never_in_a_script(name, has_it) -> None:
    form = next(form for form in FORMATS if form.name == name)
    assert (PASSWORD in form.render(connected(), PASSWORD).decode("utf-8-sig")) is has_it


# --- The seam to the part that prints -----------------------------------------------------


class _FakePrinter:
    def picture(self, _profile: object) -> bytes:
        return b"\x89PNG picture"

    def pdf(self, html: str, picture: bytes, title: str) -> bytes:
        assert "picture.png" in html
        return b"%PDF " + picture + title.encode()


@pytest.fixture
def printer() -> Iterator[None]:
    register_printer(_FakePrinter)
    yield
    register_printer(None)


def test_pdf_is_printed_from_the_same_html_with_the_picture(printer: None) -> None:
    content = {form.name: form for form in FORMATS}["pdf"].render(connected(), "")
    assert content.startswith(b"%PDF \x89PNG")
    assert b"haproxy: hand-off" in content


def test_html_carries_the_picture(printer: None) -> None:
    page = {form.name: form for form in FORMATS}["html"].render(connected(), "").decode()
    assert 'src="data:image/png;base64,iVBORw' not in page  # the fake's is shorter
    assert 'src="data:image/png;base64,' in page


def test_without_a_printer_pdf_says_so_and_html_has_no_picture() -> None:
    register_printer(None)
    forms = {form.name: form for form in FORMATS}
    with pytest.raises(NoPrinter, match="cannot be made here"):
        forms["pdf"].render(connected(), "")
    assert "<img" not in forms["html"].render(connected(), "").decode()
