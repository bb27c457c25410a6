"""Manifests as tools write them, and broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import OvaError
from core.ova.archive import open_ova
from core.ova.manifest import ManifestEntry, check_lists, parse_manifest
from tests.fakes.ova import OVF, VMDK, entry, make_ova

ONE, TWO, FIVE = "a" * 40, "B" * 64, "c" * 128


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"SHA1(a.vmdk)= {ONE}\n", ManifestEntry("a.vmdk", "sha1", ONE)),
        (f"SHA256(a.vmdk)= {TWO}", ManifestEntry("a.vmdk", "sha256", TWO.lower())),
        (f"SHA512 ( a b.vmdk ) = {FIVE}\r\n", ManifestEntry("a b.vmdk", "sha512", FIVE)),
        (f"sha-256(a(1).vmdk)={TWO}\n\n", ManifestEntry("a(1).vmdk", "sha256", TWO.lower())),
        (f"\ufeffSHA256(./ü.vmdk)= {TWO}", ManifestEntry("ü.vmdk", "sha256", TWO.lower())),
    ],
)
def test_lines_that_are_right(line: str, expected: ManifestEntry) -> None:
    assert parse_manifest(line.encode(), "m.mf").entries == (expected,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The manifest m.mf is empty."),
        ("\n \n", "The manifest m.mf is empty."),
        (f"MD5(a)= {ONE}", "Line 1 of the manifest m.mf uses MD5, which is unsupported."),
        (f"\nSHA256(a)= {ONE}", "Line 2 of the manifest m.mf has a digest of the wrong length."),
        ("SHA256 a b", "Line 1 of the manifest m.mf is malformed."),
        (f"SHA256(a\0)= {TWO}", "Line 1 of the manifest m.mf is malformed."),
        (f"SHA256(a)= {TWO}\nSHA1(a)= {ONE}", "The manifest m.mf lists a twice."),
        (f"SHA256(b)= {TWO}", "The manifest m.mf lists b, which is not in the OVA."),
        (
            f"SHA256(a)= {TWO}",
            "The manifest m.mf does not list c, so it cannot be verified.",
        ),
    ],
)
def test_broken_manifests_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(OvaError) as caught:
        check_lists(parse_manifest(text.encode(), "m.mf"), ["a", "c"])
    assert str(caught.value.what) == sentence


def test_member_added_beside_the_manifest_is_refused_on_opening(tmp_path: Path) -> None:
    path = make_ova(tmp_path / "x.ova", extra=[entry("added.vmdk", b"x")])
    with pytest.raises(OvaError, match=r"does not list added\.vmdk"), open_ova(path):
        pass


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256", "SHA512"])
def test_all_three_algorithms(algorithm: str, tmp_path: Path) -> None:
    with open_ova(make_ova(tmp_path / "x.ova", algorithm=algorithm)) as ova:
        assert ova.manifest is not None
        assert [one.name for one in ova.manifest.entries] == [OVF, VMDK]
        assert ova.manifest.entries[0].algorithm == algorithm.lower()
