from __future__ import annotations

import base64
import subprocess
import sys
import time

import pytest
from msgspec.structs import replace

from core import certificates
from core.errors import FileError
from tests.fakes.certificates import key_pem, make_certificate, make_key
from tests.unit.checks.samples import SECRETS, TWO_NICS, altered

CA = make_certificate("Lab CA")


@pytest.mark.parametrize(
    "data",
    [
        CA.pem,
        CA.pem.encode(),
        CA.pem.replace("\n", "\r\n"),
        CA.pem.replace("\n", " "),
        "\ufeff" + CA.pem,
        CA.pem.encode("utf-16"),
        "subject=CN = Lab CA\n" + CA.pem + "trailing words\n",
        base64.b64encode(CA.pem.encode()).decode(),
        base64.encodebytes(CA.pem.encode()),
        base64.b64encode(CA.der),
        CA.der,
    ],
)
def test_certificate_of_any_form_is_read(data):
    assert certificates.certificate_pem(data) == CA.pem


@pytest.mark.parametrize(
    ("pem", "is_in_force"),
    [
        (CA.pem, True),
        (make_certificate(days=-1).pem, False),
        (make_certificate(starts=2).pem, False),
        (make_certificate("vc.lab", issuer=CA, ca=None).pem, False),
        (CA.pem + CA.pem, False),
        (CA.pem + CA.key_pem, False),
        (CA.pem.replace("MII", "!!!"), False),
        (CA.pem + "日", False),
        ("words", False),
    ],
)
def test_ssl_says_of_one_ca_alone_that_it_is_in_force(pem, is_in_force):
    assert certificates.are_authorities_in_force(pem, time.time()) is is_in_force


def test_chain_keeps_its_order():
    sub = make_certificate("Sub CA", issuer=CA)

    assert certificates.certificate_pem(sub.pem + CA.pem) == sub.pem + CA.pem


@pytest.mark.parametrize(
    "data", ["", "words", CA.key_pem, b"\x30\x82\x00", CA.pem.replace("MII", "!!!")]
)
def test_what_is_no_certificate_is_refused(data):
    with pytest.raises(certificates.CertificateError):
        certificates.read_certificates(data)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("form", ["pkcs8", "traditional", "openssh"])
@pytest.mark.parametrize("pasted", [False, True])
def test_key_of_any_form_becomes_pkcs8(kind, form, pasted):
    key = make_key(kind)
    text = key_pem(key, form)

    plain = certificates.private_key_pem(text.replace("\n", " ") if pasted else text)

    assert plain == key_pem(key)
    assert plain.startswith("-----BEGIN PRIVATE KEY-----")


@pytest.mark.parametrize("form", ["pkcs8", "traditional"])
def test_encrypted_key_needs_its_passphrase(form):
    text = key_pem(make_key(), form, "opensesame")

    assert certificates.private_key_pem(text, "opensesame") == key_pem(make_key())
    with pytest.raises(certificates.KeyEncrypted, match="is encrypted"):
        certificates.private_key_pem(text)
    with pytest.raises(certificates.KeyEncrypted, match="does not open"):
        certificates.private_key_pem(text, "wrong")


def test_needless_passphrase_is_ignored():
    assert certificates.private_key_pem(CA.key_pem, "x") == CA.key_pem


@pytest.mark.parametrize("data", ["", "words", CA.pem, key_pem(make_key("ed25519")), b"\x30\x82"])
def test_what_is_no_fitting_key_is_refused(data):
    with pytest.raises(certificates.CertificateError):
        certificates.private_key_pem(data)


def test_key_fits_its_own_certificate_only():
    assert certificates.key_fits(CA.pem, CA.key_pem)
    assert not certificates.key_fits(CA.pem, key_pem(make_key("ec", 1)))


def test_summary_is_what_a_person_compares():
    sub = certificates.summary(make_certificate("vc.lab", issuer=CA, key=make_key("ec", 1)).pem)

    assert (sub.subject, sub.issuer) == ("CN=vc.lab", "CN=Lab CA")
    assert sub.not_before < sub.not_after
    assert len(sub.sha256.split(":")) == 32
    assert sub.sha256 == sub.sha256.upper()


def test_authority_is_read_from_files_of_the_profile_s_folder(tmp_path):
    (tmp_path / "ca.crt").write_text(CA.pem)
    (tmp_path / "ca.key").write_text(key_pem(make_key(), "traditional"))
    changes = {"appliance.ca_certificate": "ca.crt", "appliance.ca_key_file": "ca.key"}
    profile = replace(altered(TWO_NICS, changes), folder=str(tmp_path))

    assert certificates.read_authority(profile) == certificates.Authority(CA.pem, CA.key_pem)
    assert certificates.read_authority(TWO_NICS, SECRETS) is None
    with pytest.raises(certificates.KeyMismatch):
        certificates.read_authority(profile, replace(SECRETS, ca_key=key_pem(make_key("ec", 1))))
    with pytest.raises(certificates.AuthorityIncomplete):
        certificates.read_authority(altered(profile, {"appliance.ca_key_file": ""}))
    with pytest.raises(FileError):
        certificates.read_authority(altered(profile, {"appliance.ca_key_file": "gone"}))


def test_a_huge_file_is_refused(tmp_path):
    (tmp_path / "huge").write_bytes(b"0" * (certificates.LARGEST_FILE + 1))

    with pytest.raises(FileError, match="too large"):
        certificates.read_small_file(tmp_path / "huge")


def test_a_key_is_never_shown():
    assert "PRIVATE" not in repr(certificates.Authority(CA.pem, CA.key_pem))
    with pytest.raises(certificates.CertificateError) as raised:
        certificates.private_key_pem(CA.key_pem.replace("M", "N"))
    assert CA.key_pem[40:60] not in f"{raised.value} {raised.value.details}"


def test_checks_do_not_import_cryptography_until_it_is_needed():
    code = (
        "import sys, core.checks.profile as c, core.properties, core.certificates\n"
        "from core.profile.model import Profile\n"
        "c.check_profile(Profile())\n"
        "sys.exit('cryptography' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
