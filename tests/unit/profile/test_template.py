"""Profiles to start from."""

from __future__ import annotations

import re
import uuid
from types import SimpleNamespace

import pytest

from core.profile.document import ProfileDocument
from core.profile.model import FRONTEND, visible_fields
from core.profile.review import check_document
from core.profile.template import TOPOLOGIES, new_profile_text, sample_profile_text
from core.profile.yaml_tree import parse
from core.text import use_language


@pytest.fixture
def japanese():
    use_language("ja")
    yield
    use_language("en")


@pytest.mark.parametrize("digits", ["1234567890123456", "12e34567890123456"])
def test_an_id_is_never_a_number_in_yaml(digits, monkeypatch):
    """One of 1,800 ids in hexadecimal has no letter; other programs read 12e34 as a number."""
    monkeypatch.setattr(uuid, "uuid4", lambda: SimpleNamespace(hex=digits * 2))
    (written,) = re.findall(r"^id: (.*)$", new_profile_text(), re.MULTILINE)
    assert written[0].isalpha()
    assert parse(f"id: {written}", "").plain == {"id": written}


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_template_lacks_only_what_its_user_has_to_fill_in(topology):
    document = ProfileDocument(new_profile_text(topology))
    assert document.findings == ()
    assert document.profile.deployment.configuration == topology
    assert {f.code for f in check_document(document) if f.is_error} == {"required"}


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_template_explains_every_field(topology):
    text = new_profile_text(topology)
    flat = " ".join(line.strip().lstrip("# ") for line in text.splitlines())
    for spec in visible_fields(ProfileDocument(text).profile):
        assert f"\n  {spec.name}:" in text
        assert f"{spec.label}. {spec.help}" in flat
    assert max(len(line) for line in text.splitlines()) <= 88


def test_the_frontend_is_only_in_the_frontend_template():
    assert "frontend_address" not in new_profile_text()
    assert "frontend_address" in new_profile_text(FRONTEND)


def test_every_template_has_an_id_of_its_own():
    ids = {ProfileDocument(new_profile_text()).profile.id for _ in range(5)}
    assert len(ids) == 5


def test_the_template_can_be_wrapped_in_japanese(japanese):
    text = new_profile_text(FRONTEND)
    assert ProfileDocument(text).findings == ()


def test_the_template_lists_what_a_port_group_can_be():
    text = new_profile_text()
    for value in ("primary-workload", "workload", "frontend", "create", "existing"):
        assert f"#     {value}: " in text
    for name in ("role", "name", "vlan", "mode"):
        assert f"\n  #   {name}: " in text


def test_labels_and_help_are_joined_as_the_language_does(japanese):
    text = new_profile_text(FRONTEND)
    assert "アドレス: " in text
    assert not re.search(r"[ぁ-んァ-ヶ一-龠]\. ", text)


def test_an_editor_is_told_where_the_schema_is():
    text = new_profile_text(schema="file:///x.json")
    assert text.startswith("# yaml-language-server: $schema=file:///x.json\n")
    assert ProfileDocument(text).findings == ()


@pytest.mark.parametrize(
    "source", [{"ova_file": "/ovas/haproxy.ova"}, {"library": "Templates", "item": "haproxy"}]
)
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_there_is_nothing_to_say_about_the_sample(topology, source):
    text = sample_profile_text(
        topology,
        address="vcenter.practice.example",
        port=8989,
        user="user@practice.local",
        **source,
    )
    document = ProfileDocument(text)
    assert check_document(document) == []
    assert document.profile.vcenter.port == 8989
    assert document.profile.ova.source == ("file" if "ova_file" in source else "library")
    assert text.count("#") == new_profile_text(topology).count("#")
