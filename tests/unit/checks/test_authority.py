from __future__ import annotations

import base64

import pytest
from msgspec.structs import replace

from core.checks.profile import check_profile
from tests.fakes.certificates import key_pem, make_certificate, make_key
from tests.unit.checks.samples import SECRETS, TWO_NICS, altered

CA, KEY, SECRET = "appliance.ca_certificate", "appliance.ca_key_file", "secrets.ca_key"

_ca = make_certificate()
_other = make_key("ec", 1)
FILES = {
    "ca.crt": _ca.pem.encode(),
    "ca.der": _ca.der,
    "ca.b64": base64.b64encode(_ca.pem.encode()),
    "ca.key": _ca.key_pem.encode(),
    "old.key": key_pem(make_key(), "traditional").encode(),
    "locked.key": key_pem(make_key(), passphrase="opensesame").encode(),
    "other.key": key_pem(_other).encode(),
    "ed.key": key_pem(make_key("ed25519")).encode(),
    "noise": b"\x00\x01nothing",
    "server.crt": make_certificate("srv", ca=False).pem.encode(),
}

# (profile values, the CA key among the secrets or None for no secrets, codes, fields)
MISTAKES = [
    ({CA: "ca.crt", KEY: "ca.key"}, None, [], ()),
    ({CA: "ca.der", KEY: "old.key"}, None, [], ()),
    ({CA: "ca.b64", KEY: "ca.key"}, "", [], ()),
    ({CA: _ca.pem}, _ca.key_pem, [], ()),
    ({CA: "ca.crt"}, None, [], ()),
    ({CA: "ca.crt"}, "", ["ca-incomplete"], (KEY, CA)),
    ({KEY: "ca.key"}, None, ["ca-incomplete"], (CA, KEY)),
    ({}, _ca.key_pem, ["ca-incomplete"], (CA, SECRET)),
    ({CA: "ca.crt", KEY: "other.key"}, None, ["key-mismatch"], (KEY, CA)),
    ({CA: _ca.pem}, key_pem(_other), ["key-mismatch"], (SECRET, CA)),
    ({CA: "ca.crt", KEY: "locked.key"}, None, ["key-encrypted"], (KEY,)),
    ({CA: "ca.crt", KEY: "locked.key"}, _ca.key_pem, [], ()),
    ({CA: "ca.crt", KEY: "ed.key"}, None, ["key-form"], (KEY,)),
    ({CA: "ca.crt", KEY: "noise"}, None, ["key-form"], (KEY,)),
    ({CA: "ca.crt", KEY: "ca.crt"}, None, ["key-form"], (KEY,)),
    ({CA: "noise", KEY: "ca.key"}, None, ["certificate-form"], (CA,)),
    ({CA: "server.crt", KEY: "ca.key"}, None, ["ca-not-authority"], (CA,)),
    ({CA: "gone.crt", KEY: "gone.key"}, None, ["file-unreadable"] * 2, (CA,)),
]


@pytest.mark.parametrize(("changes", "key", "codes", "fields"), MISTAKES)
def test_authority(tmp_path, changes, key, codes, fields):
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    profile = replace(altered(TWO_NICS, changes), folder=str(tmp_path))
    secrets = None if key is None else replace(SECRETS, ca_key=key)

    findings = check_profile(profile, secrets)

    assert [finding.code for finding in findings] == codes
    assert (findings[0].fields if findings else ()) == fields
    assert "-----" not in "".join(str(finding.as_dict()) for finding in findings)
