"""Whatever happens to the bytes of an OVA: it is read, or refused by an error of ours.

Any other exception fails these tests by itself; so does a refusal without words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import AppError, FileError, OvaError
from core.jobs import JobContext
from core.ova.appliance import inspect
from core.ova.archive import open_ova
from core.ova.descriptor import parse_descriptor
from core.ova.disk_image import find_disk_problems
from core.ova.manifest import parse_manifest
from core.ova.verify import verify
from tests.fakes.ova import Parts, entry, header, sample_parts

PARTS: Parts = sample_parts()
DESCRIPTOR = PARTS.descriptor
WHOLE = PARTS.pack()
MANY = settings(max_examples=300, deadline=None, database=None)
# Headers, descriptor and manifest lie in the first part; flips in the disk all look alike.
PLACES = st.integers(0, 14_336) | st.integers(0, len(WHOLE) - 1)

Use = Callable[[bytes], AppError | None]


@pytest.fixture(scope="module")
def use(tmp_path_factory: pytest.TempPathFactory) -> Use:
    path: Path = tmp_path_factory.mktemp("damage") / "x.ova"

    def read(content: bytes) -> AppError | None:
        path.write_bytes(content)
        try:
            with open_ova(path) as ova:
                descriptor = parse_descriptor(ova.descriptor, ova.descriptor_name)
                inspect(descriptor, ova.members)
                list(find_disk_problems(ova, descriptor))
                assert ova.descriptor_text
                verify(ova, JobContext())
        except (OvaError, FileError) as error:
            return error
        return None

    return read


def test_the_undamaged_one_is_read(use: Use) -> None:
    assert use(WHOLE) is None


@MANY
@given(st.integers(0, len(WHOLE) - 1025))
def test_truncated_anywhere(use: Use, length: int) -> None:
    assert str(use(WHOLE[:length]))


@MANY
@given(st.lists(st.tuples(PLACES, st.integers(0, 255)), min_size=1, max_size=8))
def test_bytes_changed_anywhere(use: Use, changes: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE)
    for place, value in changes:
        content[place] = value
    use(bytes(content))


@MANY
@given(st.lists(st.tuples(st.integers(0, 88), st.binary(min_size=1, max_size=8)), max_size=4))
def test_numbers_in_header_and_footer_of_the_disk(
    use: Use, changes: list[tuple[int, bytes]]
) -> None:
    disk = bytearray(PARTS.disk)
    for place, value in changes:
        for start in (0, len(disk) - 1024):
            disk[start + place : start + place + len(value)] = value
    use(replace(PARTS, disk=bytes(disk)).pack())


@MANY
@given(st.integers(0, len(WHOLE) * 8 - 1))
def test_one_bit_flipped(use: Use, bit: int) -> None:
    content = bytearray(WHOLE)
    content[bit // 8] ^= 1 << bit % 8
    use(bytes(content))


@MANY
@given(
    st.binary(max_size=100)
    | st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace")),
    st.binary(min_size=12, max_size=12) | st.integers(0, 5000).map(lambda size: b"%011o\0" % size),
    st.binary(min_size=1, max_size=1) | st.sampled_from([b"0", b"x", b"g", b"L"]),
    st.binary(max_size=1500) | st.from_regex(rb"\A([0-9]{1,3} (path|size|mtime)=[0-9a-z]*\n){1,3}"),
)
def test_odd_headers_with_a_right_checksum(
    use: Use, name: bytes, size: bytes, kind: bytes, content: bytes
) -> None:
    odd = header(name, raw_size=size, kind=kind) + content + bytes(-len(content) % 512)
    use(entry("a.ovf", DESCRIPTOR) + odd + entry("b.vmdk", b"x") + bytes(1024))


@MANY
@given(st.binary(max_size=3000))
def test_any_bytes(use: Use, content: bytes) -> None:
    assert str(use(content))


@MANY
@given(
    st.integers(0, len(DESCRIPTOR)),
    st.integers(0, 200),
    st.binary(max_size=30) | st.sampled_from([b"<!DOCTYPE x>", b"<a", b"/>", b'"', b"&lt;", b"-1"]),
)
def test_descriptor_with_a_part_replaced(at: int, length: int, new: bytes) -> None:
    try:
        inspect(parse_descriptor(DESCRIPTOR[:at] + new + DESCRIPTOR[at + length :], "a.ovf"))
    except OvaError as error:
        str(error)


@MANY
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_manifest(content: bytes) -> None:
    try:
        parse_manifest(content, "m.mf")
    except OvaError as error:
        str(error)
