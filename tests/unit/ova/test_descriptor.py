"""Reading descriptors: the appliance's, odd but legal ones, and hostile ones."""

from __future__ import annotations

import time

import pytest

from core.errors import OvaError
from core.ova.descriptor import Configuration, Descriptor, Product, parse_descriptor
from core.practice.sample_ova import SAMPLE_NAME
from tests.fakes.ova import sample_parts

NS = 'xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"'
SAMPLE = sample_parts().descriptor


def envelope(inside: str, before: str = "") -> bytes:
    return f"{before}<Envelope {NS}>{inside}</Envelope>".encode()


def machine(inside: str, before: str = "") -> bytes:
    return envelope(f'{before}<VirtualSystem ovf:id="m">{inside}</VirtualSystem>')


def parse(xml: bytes) -> Descriptor:
    return parse_descriptor(xml, "a.ovf")


@pytest.fixture(scope="module")
def sample() -> Descriptor:
    return parse(SAMPLE)


def test_product_and_machine(sample: Descriptor) -> None:
    assert sample.product == Product(
        "HAProxy Load Balancer API SAMPLE 0.2.0", "HAProxy Setup for vSphere", "0.2.0", "0.2.0"
    )
    assert sample.machine == SAMPLE_NAME
    assert "SAMPLE" in sample.annotation
    assert sample.hardware_version == "vmx-13"
    assert sample.transports == ("com.vmware.guestInfo",)
    assert sample.storage_groups == ("vSAN Default Storage Policy",)
    assert sample.licences[0].text.startswith("SAMPLE LICENCE\n\nThis is")


def test_configurations_take_their_texts_from_the_messages(sample: Descriptor) -> None:
    assert sample.configurations == (
        Configuration(
            "default", "Default", "Two network cards: management, workload.", is_default=True
        ),
        Configuration(
            "frontend",
            "Frontend Network",
            "Three network cards: management, workload, frontend.",
            is_default=False,
        ),
    )
    assert sample.default_configuration == "default"


@pytest.mark.parametrize(
    ("configuration", "networks"),
    [
        ("default", ["Management", "Workload"]),
        ("frontend", ["Management", "Workload", "Frontend"]),
    ],
)
def test_networks_of_each_configuration(
    sample: Descriptor, configuration: str, networks: list[str]
) -> None:
    assert [one.name for one in sample.networks_for(configuration)] == networks
    assert [one.network for one in sample.nics_for(configuration)] == networks


def test_properties_of_each_configuration(sample: Descriptor) -> None:
    default = {one.key for one in sample.properties_for("default")}
    frontend = {one.key for one in sample.properties_for("frontend")}
    assert frontend - default == {"network.frontend_ip", "network.frontend_gateway"}
    assert len(default) == 16


def test_unknown_configuration_is_refused(sample: Descriptor) -> None:
    for ask in (sample.networks_for, sample.properties_for, sample.nics_for):
        with pytest.raises(OvaError) as caught:
            ask("big")
        assert str(caught.value.what) == (
            "The OVA has no deployment configuration big; it has: default, frontend."
        )


@pytest.mark.parametrize(
    ("key", "kind", "default", "password", "settable"),
    [
        ("appliance.root_pwd", "string", "", True, True),
        ("appliance.permit_root_login", "boolean", "true", False, True),
        ("network.nameservers", "string", "1.1.1.1, 1.0.0.1", False, True),
        ("loadbalance.dataplane_port", "int", "5556", False, True),
        ("loadbalance.haproxy_pwd", "string", "", True, True),
        ("BUILD_TIMESTAMP", "string", "1614556800", False, False),
    ],
)
def test_property_types(
    sample: Descriptor, key: str, kind: str, default: str, password: bool, settable: bool
) -> None:
    one = sample.property(key)
    assert one is not None
    assert (one.type, one.default, one.is_password) == (kind, default, password)
    assert one.user_configurable is settable


def test_property_texts(sample: Descriptor) -> None:
    one = sample.property("loadbalance.dataplane_port")
    assert one is not None
    assert (one.category, one.label) == ("3. Load balancing", "3.2. Data Plane API port")
    assert one.qualifiers == "MinValue(1),MaxValue(65535)"
    assert sample.property("network.nothing") is None


def test_files_and_disks(sample: Descriptor) -> None:
    (file,), (disk,) = sample.files, sample.disks
    assert (file.href, file.size) == ("haproxy-sample-disk1.vmdk", 70144)
    assert (disk.file_id, disk.capacity_bytes) == (file.id, 20 << 30)
    assert disk.format.endswith("#streamOptimized")


def test_keys_with_instance_and_several_configurations() -> None:
    found = parse(
        machine(
            '<ProductSection ovf:class="c" ovf:instance="1"><Category>A</Category>'
            '<Property ovf:key="k" ovf:configuration="a  b"/>'
            '<Category>B</Category><Property ovf:key="l" ovf:userConfigurable="1"/>'
            "</ProductSection>",
            '<DeploymentOptionSection><Configuration ovf:id="a"/><Configuration ovf:id="b"/>'
            '<Configuration ovf:id="c"/></DeploymentOptionSection>',
        )
    )
    one, other = found.properties
    assert (one.key, one.category, one.configurations) == ("c.k.1", "A", {"a", "b"})
    assert (other.key, other.category, other.user_configurable) == ("c.l.1", "B", True)
    assert found.default_configuration == "a"
    assert [len(found.properties_for(key)) for key in "abc"] == [2, 2, 1]


def test_descriptor_without_options_has_one_nameless_configuration() -> None:
    found = parse(machine(""))
    assert found.default_configuration == ""
    assert found.networks_for("") == ()
    assert found.product == Product("", "", "", "")


def test_texts_are_english_where_there_are_several_languages() -> None:
    strings = (
        '<Strings xml:lang="ja"><Msg ovf:msgid="m">日本語</Msg></Strings>'
        '<Strings xml:lang="en-US"><Msg ovf:msgid="m">English</Msg></Strings>'
    )
    xml = envelope(
        '<NetworkSection><Network ovf:name="n"><Description ovf:msgid="m">plain</Description>'
        '</Network><Network ovf:name="o"><Description ovf:msgid="gone">plain</Description>'
        f"</Network></NetworkSection><VirtualSystem/>{strings}"
    )
    assert [one.description for one in parse(xml).networks] == ["English", "plain"]


@pytest.mark.parametrize(
    ("capacity", "units", "expected"),
    [
        ("20", ' ovf:capacityAllocationUnits="byte * 2^30"', 20 << 30),
        ("7", "", 7),
        ("2", ' ovf:capacityAllocationUnits="GigaBytes"', 2 << 30),
        ("3", ' ovf:capacityAllocationUnits="byte * 10^9"', 3 * 10**9),
        ("3", ' ovf:capacityAllocationUnits="byte"', 3),
    ],
)
def test_disk_units(capacity: str, units: str, expected: int) -> None:
    disk = f'<DiskSection><Disk ovf:diskId="d" ovf:capacity="{capacity}"{units}/></DiskSection>'
    assert parse(machine("", disk)).disks[0].capacity_bytes == expected


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("declared", ["UTF-16", "UTF-8"])
def test_wide_encodings_are_refused_with_and_without_a_mark(encoding: str, declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><Envelope {NS}><VirtualSystem/></Envelope>'
    with pytest.raises(OvaError) as caught:
        parse(text.encode(encoding))
    assert str(caught.value.what) == "The descriptor a.ovf is not UTF-8 text."


def test_utf_8_with_a_mark_is_read() -> None:
    assert parse(b"\xef\xbb\xbf" + machine("")).properties == ()
    # As Python's ElementTree writes it.
    found = parse(b"<?xml version='1.0' encoding='utf8'?>" + machine("<Info>ü</Info>"))
    assert found.properties == ()


def test_attributes_without_a_namespace_are_read() -> None:
    xml = machine("", '<NetworkSection><Network name="Management"/></NetworkSection>')
    assert [one.name for one in parse(xml).networks] == ["Management"]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPE = (
    "The descriptor a.ovf has a DOCTYPE, which an OVF never has: it could make this program read "
    "other files or use up its memory."
)

HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "The descriptor a.ovf is not well-formed XML: no element found (line 1)."),
    "cut off": (
        envelope("")[:-5],
        "The descriptor a.ovf is not well-formed XML: unclosed token (line 1).",
    ),
    "text": (
        b"hello",
        "The descriptor a.ovf is not well-formed XML: syntax error (line 1).",
    ),
    "two roots": (
        machine("") * 2,
        "The descriptor a.ovf is not well-formed XML: junk after document element (line 1).",
    ),
    "billion laughs": (
        envelope("&l9;", f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'),
        DOCTYPE,
    ),
    "external entity": (
        envelope("&x;", '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        DOCTYPE,
    ),
    "external DTD": (envelope("", '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'), DOCTYPE),
    "harmless DOCTYPE": (envelope("", "<!DOCTYPE Envelope>"), DOCTYPE),
    "entity of nowhere": (
        envelope("&x;"),
        "The descriptor a.ovf is not well-formed XML: undefined entity (line 1).",
    ),
    "too deep": (
        envelope("<a>" * 200 + "</a>" * 200),
        "The descriptor a.ovf is nested more than 100 levels deep.",
    ),
    "too many elements": (
        envelope("<a/>" * 60_000),
        "The descriptor a.ovf has more than 50000 elements.",
    ),
    "too many attributes": (
        envelope("<a " + " ".join(f'a{n}=""' for n in range(300)) + "/>"),
        "The descriptor a.ovf has an element with more than 200 attributes.",
    ),
    "latin-1": (
        envelope("", '<?xml version="1.0" encoding="ISO-8859-1"?>'),
        "The descriptor a.ovf is not UTF-8 text.",
    ),
    "utf-7": (
        envelope("", '<?xml version="1.0" encoding="UTF-7"?>'),
        "The descriptor a.ovf is not UTF-8 text.",
    ),
    "unknown encoding in utf-16": (
        '<?xml version="1.0" encoding="x-mac"?><a/>'.encode("utf-16"),
        "The descriptor a.ovf is not UTF-8 text.",
    ),
    "invalid utf-8": (
        envelope("\u00e4").replace("ä".encode(), b"\xe4"),
        "The descriptor a.ovf is not UTF-8 text.",
    ),
    "a NUL": (envelope("\0"), "The descriptor a.ovf is not UTF-8 text."),
    "utf-16 declared, utf-8 written": (
        envelope("", '<?xml version="1.0" encoding="UTF-16"?>'),
        "The descriptor a.ovf is not UTF-8 text.",
    ),
    "html": (
        b"<html><body/></html>",
        "The descriptor a.ovf is not an OVF descriptor: it has html where Envelope should be.",
    ),
    "ovf 2": (
        b'<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/2"/>',
        "The descriptor a.ovf is not OVF 1.x; vSphere takes no other version.",
    ),
    "no namespace": (
        b"<Envelope/>",
        "The descriptor a.ovf is not OVF 1.x; vSphere takes no other version.",
    ),
    "no machine": (envelope(""), "The descriptor a.ovf holds no machine."),
    "two machines": (
        envelope("<VirtualSystem/><VirtualSystem/>"),
        "The descriptor a.ovf holds several machines.",
    ),
    "collection": (
        envelope("<VirtualSystemCollection><VirtualSystem/></VirtualSystemCollection>"),
        "The descriptor a.ovf holds several machines.",
    ),
    "property twice": (
        machine('<ProductSection><Property ovf:key="k"/><Property ovf:key="k"/></ProductSection>'),
        "The descriptor a.ovf has the property k twice.",
    ),
    "property without a key": (
        machine("<ProductSection><Property/></ProductSection>"),
        "The descriptor a.ovf has a property without a key.",
    ),
    "network without a name": (
        machine("", "<NetworkSection><Network/></NetworkSection>"),
        "The descriptor a.ovf has a network without a name.",
    ),
    "card on no network": (
        machine(
            "<VirtualHardwareSection><Item><ResourceType>10</ResourceType><Connection>n"
            "</Connection></Item></VirtualHardwareSection>"
        ),
        "The descriptor a.ovf connects a network card to n, a network it does not declare.",
    ),
    "disk of no file": (
        machine(
            "", '<DiskSection><Disk ovf:diskId="d" ovf:fileRef="f" ovf:capacity="1"/></DiskSection>'
        ),
        "The descriptor a.ovf takes disk d from a file it does not name.",
    ),
    "negative size": (
        machine("", '<References><File ovf:id="f" ovf:href="h" ovf:size="-1"/></References>'),
        "The descriptor a.ovf has -1 where a number of bytes should be.",
    ),
    "absurd capacity": (
        machine(
            "",
            '<DiskSection><Disk ovf:diskId="d" ovf:capacity="9" '
            'ovf:capacityAllocationUnits="byte * 2^99"/></DiskSection>',
        ),
        f"The descriptor a.ovf has {9 << 99} where a number of bytes should be.",
    ),
    "capacity in miles": (
        machine(
            "",
            '<DiskSection><Disk ovf:diskId="d" ovf:capacity="9" '
            'ovf:capacityAllocationUnits="miles"/></DiskSection>',
        ),
        "The descriptor a.ovf measures a disk in miles, which is unknown.",
    ),
}


@pytest.mark.parametrize(("xml", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_descriptors_are_refused_with_one_sentence(xml: bytes, sentence: str) -> None:
    with pytest.raises(OvaError) as caught:
        parse(xml)
    assert str(caught.value.what) == sentence
    assert caught.value.advice is not None


def test_descriptor_of_4_mib_takes_no_time_to_refuse_or_read() -> None:
    text = "x" * (4 << 20)
    started = time.monotonic()
    parse(machine(f"<Info>{text}</Info>"))
    assert time.monotonic() - started < 2
