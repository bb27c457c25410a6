"""Text as people type and paste it, to values and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.fields import Kind
from core.profile.model import FIELDS, SECRET_FIELDS
from core.profile.values import TABLES, format_value, parse_value, refuse_other_path


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("vcenter.address", " vc.lab\n", "vc.lab"),
        ("vcenter.address", "\u200bvc.lab\ufeff", "vc.lab"),
        ("vcenter.address", "ｖｃ．ｌａｂ", "vc.lab"),
        ("vcenter.user", "a\u00a0b\x07", "a b"),
        ("switch.name", "ＶＤＳ　１", "ＶＤＳ １"),
        ("vcenter.port", "４４３", 443),
        ("vcenter.port", " 0443 ", 443),
        ("switch.mtu", "+9000", 9000),
        ("network.management_address", "１９２．１６８．０．２／２４", "192.168.0.2/24"),
        ("network.management_address", "10.0.0.2 / 24", "10.0.0.2/24"),
        ("network.dns", "10.0.0.1, 10.0.0.2;10.0.0.1\n10.0.0.3、", ("10.0.0.1", "10.0.0.2",
                                                                  "10.0.0.3")),
        ("network.dns", " ,\n", ()),
        ("load_balancing.ranges", "10.0.0.0 / 25  10.0.1.0 - 10.0.1.9",
         ("10.0.0.0/25", "10.0.1.0-10.0.1.9")),
        ("ova.file", '"C:\\My OVAs\\haproxy.ova"', "C:\\My OVAs\\haproxy.ova"),
        ("ova.file", "file:///home/me/a%20b.ova", "/home/me/a b.ova"),
        ("ova.file", "file:///C:/a.ova", "C:/a.ova"),
        ("ova.file", " a b.ova ", "a b.ova"),
        ("appliance.permit_root_login", "Yes", True),
        ("appliance.permit_root_login", "いいえ", False),
        ("ova.source", "Library", "library"),
        ("ova.source", "local file", "file"),
        ("vcenter.certificate", "\r\n-----BEGIN X-----  \r\nab\r\n-----END X-----\r\n",
         "-----BEGIN X-----\nab\n-----END X-----"),
    ],
)  # fmt: skip
def test_text_becomes_a_value(key, text, value):
    assert parse_value(FIELDS[key], text) == value


@pytest.mark.parametrize("secret", ["", " a ", "a\nb\t", "ｐ\u200b", "\x07"])
def test_nothing_is_cleaned_from_a_secret(secret):
    spec = SECRET_FIELDS["secrets.root_password"]
    assert parse_value(spec, secret) == secret == format_value(spec, secret)


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        ("vcenter.port", "https",
         "vcenter.port is “https”; expected is a port number, such as 443."),
        ("switch.mtu", "", "switch.mtu is empty; expected is a whole number, such as 1500."),
        ("switch.mtu", "1.5", "switch.mtu is “1.5”; expected is a whole number, such as 1500."),
        ("switch.mtu", "9" * 60,
         f"switch.mtu is “{'9' * 39}…”; expected is a whole number, such as 1500."),
        ("appliance.permit_root_login", "maybe",
         "appliance.permit_root_login is “maybe”; expected is true or false."),
        ("ova.source", "libary", "ova.source is “libary”; expected is one of file, library."),
    ],
)  # fmt: skip
def test_what_is_no_value_is_said(key, text, sentence):
    with pytest.raises(InvalidInput) as caught:
        parse_value(FIELDS[key], text)
    (finding,) = caught.value.findings
    assert (str(finding.what), finding.fields) == (sentence, (key,))


def test_the_nearest_choice_is_offered():
    with pytest.raises(InvalidInput) as caught:
        parse_value(FIELDS["ova.source"], "libary")
    fix = caught.value.findings[0].fix
    assert (fix.field, fix.value) == ("ova.source", "library")


@pytest.mark.parametrize("key", [k for k, spec in FIELDS.items() if spec.kind not in TABLES])
@given(text=st.text())
def test_a_value_survives_being_shown(key, text):
    spec = FIELDS[key]
    try:
        value = parse_value(spec, text)
    except InvalidInput:
        return
    if spec.kind is not Kind.FILE:  # quotes inside quotes
        assert parse_value(spec, format_value(spec, value)) == value
    elif value == parse_value(spec, value):
        assert format_value(spec, value) == value


@pytest.mark.parametrize("key", [k for k, s in FIELDS.items() if s.default not in ("", (), None)])
def test_defaults_survive_being_shown(key):
    spec = FIELDS[key]
    if spec.kind not in TABLES:
        assert parse_value(spec, format_value(spec, spec.default)) == spec.default


@pytest.mark.parametrize("key", ["ova.file", "appliance.ca_key_file", "vcenter.certificate"])
def test_a_path_that_is_no_text_is_said_not_changed(key: str) -> None:
    """Without its odd bytes it would lead to another file."""
    with pytest.raises(InvalidInput) as caught:
        parse_value(FIELDS[key], "/lab/a\udcff.ova")
    (found,) = caught.value.findings
    assert found.fields == (key,)
    assert "/lab/a\ufffd.ova" in str(found.what)
    assert "Rename" in str(found.advice)


@pytest.mark.parametrize("path", ["/lab/a\ufffd.ova", "/lab/a.ova ", "/lab/a\n.ova", "'a'",
                                  "/lab/a\u200b.ova"])  # fmt: skip
def test_a_file_is_not_taken_for_another_one(path: str) -> None:
    with pytest.raises(InvalidInput):
        refuse_other_path(FIELDS["ova.file"], path)
    refuse_other_path(FIELDS["ova.file"], "/lab/a b/日本語 \U0001f600.ova")
