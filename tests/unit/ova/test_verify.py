"""Verifying: right digests, damage found and named, progress, cancel, memory."""

from __future__ import annotations

import hashlib
import os
import threading
import tracemalloc
from pathlib import Path

import pytest

from core.errors import OvaError
from core.findings import Severity
from core.jobs import Cancelled, JobContext, Progress
from core.ova import verify as verify_module
from core.ova.archive import open_ova
from core.ova.authenticity import inspect_origin
from core.ova.descriptor import Product
from core.ova.releases import RELEASES, find_release, find_version
from core.ova.verify import Verification, verify
from core.practice.sample_ova import write_sample_ova
from tests.fakes.ova import MF, OVF, VMDK, make_ova, sample_parts


def verified(path: Path) -> Verification:
    with open_ova(path) as ova:
        return verify(ova, JobContext())


@pytest.mark.parametrize("cores", [1, 4])
def test_digests_are_those_of_the_bytes(
    cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    # Small chunks, so that borders of chunks and members meet in many ways.
    monkeypatch.setattr(verify_module, "CHUNK", 1000)
    path = make_ova(tmp_path / "x.ova")
    found = verified(path)
    parts = sample_parts()
    assert found.has_manifest
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.published is None
    for name, content in ((OVF, parts.descriptor), (VMDK, parts.disk)):
        digest = found.digests[name]
        assert digest.size == len(content)
        assert digest.sha1 == hashlib.sha1(content).hexdigest()
        assert digest.sha256 == hashlib.sha256(content).hexdigest()
    assert set(found.digests) == {OVF, MF, VMDK}


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256", "SHA512"])
def test_damage_is_found_with_each_algorithm(algorithm: str, tmp_path: Path) -> None:
    def flip(whole: bytes) -> bytes:
        at = whole.index(b"KDMV") + 5000
        return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]

    verified(make_ova(tmp_path / "good.ova", algorithm=algorithm))
    path = make_ova(tmp_path / "x.ova", algorithm=algorithm, change=flip)
    with pytest.raises(OvaError) as caught:
        verified(path)
    assert str(caught.value.what) == (
        "haproxy-sample-disk1.vmdk in x.ova is damaged: its digest is not the one in the manifest."
    )
    assert caught.value.details.startswith(f"{algorithm.lower()}: ")


def test_wrong_manifest_names_the_first_member_that_differs(tmp_path: Path) -> None:
    manifest = f"SHA256({OVF})= {'0' * 64}\nSHA256({VMDK})= {'0' * 64}\n".encode()
    with pytest.raises(OvaError, match=r"haproxy-sample\.ovf in x\.ova is damaged"):
        verified(make_ova(tmp_path / "x.ova", manifest=manifest))


def test_missing_manifest_is_no_error(tmp_path: Path) -> None:
    found = verified(make_ova(tmp_path / "x.ova", manifest=b""))
    assert not found.has_manifest
    assert found.digests[VMDK].size == 70144


def test_progress_counts_every_byte(tmp_path: Path) -> None:
    path = make_ova(tmp_path / "x.ova")
    reports: list[object] = []
    with open_ova(path) as ova:
        verify(ova, JobContext(reports.append), step="check-ova")
    seen = [one for one in reports if isinstance(one, Progress)]
    assert {one.step for one in seen} == {"check-ova"}
    assert seen[0].bytes_done == 0
    assert seen[-1].bytes_done == seen[-1].bytes_total == path.stat().st_size


def test_cancel_stops_between_chunks_and_leaves_no_thread(tmp_path: Path) -> None:
    path = tmp_path / "x.ova"
    write_sample_ova(path, disk_bytes=10 << 20)
    ctx = JobContext(lambda _: ctx.cancel())
    threads = threading.active_count()
    with open_ova(path) as ova, pytest.raises(Cancelled):
        verify(ova, ctx)
    assert threading.active_count() == threads


def test_file_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    path = make_ova(tmp_path / "x.ova")
    with open_ova(path) as ova:
        ctx = JobContext(lambda _: os.utime(path, ns=(0, 0)))
        with pytest.raises(OvaError, match="changed after it was opened"):
            verify(ova, ctx)


def test_memory_is_bounded_for_200_mb(tmp_path: Path) -> None:
    path = tmp_path / "x.ova"
    tracemalloc.start()
    try:
        write_sample_ova(path, disk_bytes=200_000_000)
        verified(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 199_000_000
    assert peak < 8 << 20


def test_published_release_is_recognised() -> None:
    release = RELEASES[-1]
    assert find_release(release.sha256.upper()) is release
    assert find_version("v0.2.0") is release
    assert find_release("0" * 64) is None
    assert find_version("9.9") is None


@pytest.mark.parametrize(
    ("product", "published", "has_manifest", "codes"),
    [
        ("HAProxy for the Load Balancer API v0.2.0", True, True, []),
        ("HAProxy for the Load Balancer API v0.2.0", False, True, ["ova-not-published"]),
        ("HAProxy Load Balancer API SAMPLE 0.2.0", False, True, []),
        ("HAProxy Load Balancer API SAMPLE 0.2.0", False, False, ["ova-no-manifest"]),
    ],
)
def test_origin(product: str, published: bool, has_manifest: bool, codes: list[str]) -> None:
    release = RELEASES[-1]
    sha256 = release.sha256 if published else "0" * 64
    found = inspect_origin(
        Product(product, "", "v0.2.0", ""),
        Verification({}, sha256, release if published else None, has_manifest),
    )
    assert [one.code for one in found] == codes
    assert all(one.severity is Severity.WARNING for one in found)
