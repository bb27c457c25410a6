"""What a host says it received against what was sent: the checksum decides, if there is one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from core.vsphere.lease import Received, _received

SHA1, SHA256 = "1" * 40, "2" * 64
OTHER1, OTHER256 = "3" * 40, "4" * 64


@pytest.mark.parametrize(
    ("received", "is_same"),
    [
        (Received(100, SHA1), True),
        (Received(100, OTHER1), False),
        (Received(9999, SHA1), True),  # the disk as it was stored, sparse or converted
        (Received(9999, OTHER1), False),
        (Received(100, "", SHA256), True),
        (Received(9999, "", SHA256), True),
        (Received(100, SHA1, OTHER256), False),  # the better one is believed
        (Received(100), True),
        (Received(99), False),
    ],
)
def test_the_checksum_decides_and_the_size_only_without_one(
    received: Received, is_same: bool
) -> None:
    assert received.is_what_was_sent(100, SHA1, SHA256) is is_same


@pytest.mark.parametrize(
    ("fields", "received"),
    [
        ({"sha1": SHA1.upper()}, Received(7, SHA1)),
        ({"sha1": ""}, Received(7)),
        ({"sha1": SHA1, "checksum": SHA256, "checksumType": "sha256"}, Received(7, SHA1, SHA256)),
        ({"sha1": "", "checksum": SHA1, "checksumType": "sha1"}, Received(7, SHA1)),
        ({"sha1": SHA1, "checksum": "ff", "checksumType": "md5"}, Received(7, SHA1)),
    ],
)
def test_every_form_of_a_manifest_entry_is_read(fields: dict, received: Received) -> None:
    entry = SimpleNamespace(**{"checksum": None, "checksumType": None, "size": 7} | fields)
    assert _received(entry) == received
