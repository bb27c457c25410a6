"""Is it the appliance: what is said of right, old, other and incomplete ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.findings import Finding
from core.ova.appliance import (
    PROPERTY_KEYS,
    find_too_old,
    inspect,
    is_too_old_for,
    unknown_properties,
)
from core.ova.archive import open_ova
from core.ova.descriptor import parse_descriptor
from tests.fakes.ova import entry, make_ova

Replacement = tuple[str, str]


def inspected(
    path: Path,
    replace: Sequence[Replacement] = (),
    *,
    version: str = "0.2.0",
    manifest: bytes | None = None,
    extra: Sequence[bytes] = (),
    **options: object,
) -> tuple[Finding, ...]:
    made = make_ova(path, version=version, replace=replace, manifest=manifest, extra=extra)
    with open_ova(made) as ova:
        descriptor = parse_descriptor(ova.descriptor, ova.descriptor_name)
        return inspect(descriptor, ova.members, **options)  # type: ignore[arg-type]


def test_the_sample_has_no_finding(tmp_path: Path) -> None:
    assert inspected(tmp_path / "x.ova") == ()


CASES: dict[str, tuple[list[Replacement], str, tuple[str, ...], str]] = {
    "older appliance": (
        [('ovf:key="additional_workload_networks"', 'ovf:key="x" ovf:configuration="no"')],
        "ova-property-missing",
        ("ova.file",),
        "The appliance 0.2.0 in the OVA has no property network.additional_workload_networks; "
        "version 0.2.0 has it.",
    ),
    "fixed property": (
        [
            (
                'ovf:key="hostname" ovf:type="string" ovf:userConfigurable="true"',
                'ovf:key="hostname" ovf:type="string" ovf:userConfigurable="false"',
            )
        ],
        "ova-property-fixed",
        ("ova.file",),
        "The OVA does not let network.hostname be set.",
    ),
    "no frontend": (
        [('<Configuration ovf:id="frontend">', '<Configuration ovf:id="large">')],
        "ova-configuration-missing",
        ("deployment.configuration",),
        "The OVA has no deployment configuration frontend; it has: default, large.",
    ),
    "no workload card": (
        [("<rasd:Connection>Workload<", "<rasd:Connection>Management<")],
        "ova-network-missing",
        ("deployment.configuration",),
        "In the configuration default the OVA has no network card for Workload.",
    ),
    "another network": (
        [
            ("<rasd:Connection>Workload<", "<rasd:Connection>Storage<"),
            ('<Network ovf:name="Workload">', '<Network ovf:name="Storage">'),
        ],
        "ova-network-unknown",
        ("deployment.configuration",),
        "In the configuration default the OVA has a network this program does not know: Storage.",
    ),
    "other transport": (
        [('ovf:transport="com.vmware.guestInfo"', 'ovf:transport="iso"')],
        "ova-transport",
        ("ova.file",),
        "haproxy-sample.ovf does not name the transport com.vmware.guestInfo.",
    ),
    "no version": (
        [("<Version>0.2.0<", "<Version>latest<")],
        "ova-version-unreadable",
        ("ova.file",),
        "The version of the appliance, “latest”, is not a number.",
    ),
    "missing file": (
        [('ovf:href="haproxy-sample-disk1.vmdk"', 'ovf:href="other.vmdk"')],
        "ova-file-missing",
        ("ova.file",),
        "haproxy-sample.ovf refers to other.vmdk, which is not in the OVA.",
    ),
    "wrong size": (
        [('ovf:size="70144"', 'ovf:size="70145"')],
        "ova-file-size",
        ("ova.file",),
        "haproxy-sample-disk1.vmdk has 70144 bytes in the OVA, 70145 by the descriptor "
        "haproxy-sample.ovf.",
    ),
    "compressed": (
        [('ovf:size="70144"', 'ovf:size="70144" ovf:compression="gzip"')],
        "ova-file-form",
        ("ova.file",),
        "haproxy-sample.ovf has haproxy-sample-disk1.vmdk compressed or in parts.",
    ),
    "disk of nothing": (
        [('ovf:capacity="20"', 'ovf:capacity="0"')],
        "ova-disk-size",
        ("ova.file",),
        "The descriptor haproxy-sample.ovf gives disk vmdisk1 0 bytes.",
    ),
    "disk too large": (
        [('ovf:capacity="20"', 'ovf:capacity="63489"')],
        "ova-disk-size",
        ("ova.file",),
        "The descriptor haproxy-sample.ovf gives disk vmdisk1 68,170,794,663,936 bytes.",
    ),
    "blank disk": (
        [(' ovf:fileRef="file1"', "")],
        "ova-no-disk",
        ("ova.file",),
        "haproxy-sample.ovf has no disk with content from the OVA.",
    ),
    "file without a disk": (
        [(' ovf:fileRef="file1"', "")],
        "ova-file-unused",
        ("ova.file",),
        "haproxy-sample.ovf names the file haproxy-sample-disk1.vmdk but gives it to no disk.",
    ),
    "newer appliance": (
        [
            (
                '<Property ovf:key="hostname"',
                '<Property ovf:key="new" ovf:userConfigurable="true"/><Property ovf:key="hostname"',
            )
        ],
        "ova-property-unknown",
        ("ova.file",),
        "The OVA has properties this program does not know: network.new.",
    ),
}


@pytest.mark.parametrize(("replace", "code", "fields", "sentence"), CASES.values(), ids=CASES)
def test_each_rule(
    replace: list[Replacement], code: str, fields: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    found = inspected(tmp_path / "x.ova", replace)
    (first,) = [one for one in found if one.code == code][:1]
    assert (first.fields, str(first.what)) == (fields, sentence)
    assert first.advice is not None


def test_member_nobody_refers_to(tmp_path: Path) -> None:
    found = inspected(tmp_path / "x.ova", manifest=b"", extra=[entry("more.iso", b"x")])
    assert [str(one.what) for one in found] == [
        "The OVA holds more.iso, which its descriptor haproxy-sample.ovf does not mention."
    ]


@pytest.mark.parametrize(
    "user",
    [
        "<Item><rasd:HostResource>ovf:/file/more</rasd:HostResource></Item>",
        '<vmw:ExtraConfig vmw:key="nvram" vmw:value="ovf:/file/more"/>',
    ],
)
def test_a_file_that_a_device_takes_is_used(user: str, tmp_path: Path) -> None:
    replace = [
        ("</References>", '<File ovf:id="more" ovf:href="more.bin"/></References>'),
        ("</VirtualHardwareSection>", user + "</VirtualHardwareSection>"),
    ]
    extra = [entry("more.bin", b"x")]
    assert inspected(tmp_path / "x.ova", replace, manifest=b"", extra=extra) == ()


def test_another_product_is_named_and_nothing_else_is_said(tmp_path: Path) -> None:
    descriptor = (
        b'<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"><VirtualSystem>'
        b"<ProductSection><Product>Photon OS</Product><Version>3.0</Version></ProductSection>"
        b"</VirtualSystem></Envelope>"
    )
    (found,) = inspect(parse_descriptor(descriptor, "a.ovf"))
    assert found.code == "ova-not-haproxy"
    assert str(found.what) == "This is not the HAProxy appliance but Photon OS 3.0."


def test_what_is_not_needed_is_not_missed(tmp_path: Path) -> None:
    replace = [
        ('ovf:key="frontend_ip"', 'ovf:key="a"'),
        ('<Configuration ovf:id="frontend">', '<Configuration ovf:id="large">'),
        ('ovf:key="additional_workload_networks"', 'ovf:key="b"'),
    ]
    needed = [key for key in PROPERTY_KEYS if key != "network.additional_workload_networks"]
    found = inspected(tmp_path / "x.ova", replace, configuration="default", needed=needed)
    assert [one.code for one in found] == ["ova-property-unknown"]


@pytest.mark.parametrize(
    ("key", "what", "advice"),
    [
        (
            "network.nev",
            "The OVA has no property network.nev.",
            "Did you mean network.new? Correct",
        ),
        (
            "network.hostnam",
            "The OVA has no property network.hostnam.",
            "Did you mean network.hostname? That one has a field of its own",
        ),
        ("loadbalance.foo", "The OVA has no property loadbalance.foo.", "Take it out of the"),
        (
            "network.fixed",
            "The OVA does not let network.fixed be set.",
            "Take it out of the profile's",
        ),
    ],
)
def test_a_key_of_the_profile_that_the_ova_does_not_have(
    key: str, what: str, advice: str, tmp_path: Path
) -> None:
    more = (
        '<Property ovf:key="new" ovf:userConfigurable="true"/>'
        '<Property ovf:key="fixed" ovf:userConfigurable="false"/><Property ovf:key="hostname"'
    )
    replace = [('<Property ovf:key="hostname"', more)]
    needed = (*PROPERTY_KEYS, "network.new", key)
    found = [
        one
        for one in inspected(tmp_path / "x.ova", replace, needed=needed)
        if one.code != "ova-property-unknown"
    ]
    assert [(one.code, one.fields) for one in found] == [("ova-property-extra", ("properties",))]
    assert found[0].is_error
    assert str(found[0].what) == what
    assert str(found[0].advice).startswith(advice)


def test_unknown_properties_are_those_a_person_may_set(tmp_path: Path) -> None:
    replace = [('ovf:key="haproxy_user"', 'ovf:key="haproxy_account"')]
    with open_ova(make_ova(tmp_path / "x.ova", replace=replace)) as ova:
        found = unknown_properties(parse_descriptor(ova.descriptor, ova.descriptor_name))
    assert [one.key for one in found] == ["loadbalance.haproxy_account"]


@pytest.mark.parametrize(
    ("product", "vcenter", "too_old"),
    [
        ("0.1.8", "7.0.1", True),
        ("v0.1.8-3-gabc", "8.0.3", True),
        ("0.1", "7.0.1.0", True),
        ("0.1.8", "7.0.0", False),
        ("0.1.8", "7.0", False),
        ("0.1.9", "7.0.1", False),
        ("0.1.10", "8.0.3", False),
        ("v0.2.0", "9.0.0", False),
        ("latest", "8.0.3", False),
        ("0.1.8", "unknown", False),
    ],
)
def test_too_old_for_this_vcenter(product: str, vcenter: str, too_old: bool) -> None:
    assert is_too_old_for(product, vcenter) is too_old
    found = find_too_old(product, vcenter)
    assert (found is not None) is too_old
    if found:
        assert found.is_error
        assert str(found.what) == (
            f"Appliance {product} does not work with vCenter {vcenter}: it needs 0.1.9 or newer."
        )
