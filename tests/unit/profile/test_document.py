"""Opening, changing and saving profile files."""

from __future__ import annotations

import base64
import os
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from core.errors import FileError, InvalidInput
from core.findings import Severity
from core.profile.document import KEYS, ProfileDocument, load_profile
from core.profile.model import (
    FIELDS,
    FRONTEND,
    PRIMARY_WORKLOAD,
    SCHEMA_VERSION,
    WORKLOAD,
    PortGroup,
    Profile,
)
from core.profile.template import new_profile_text
from tests.unit.profile.strategies import profiles

KEY = "-----BEGIN PRIVATE KEY-----\n" + "QUJD" * 40 + "\n-----END PRIVATE KEY-----"

HEAD = f"schema: {SCHEMA_VERSION}\nid: abc\n"
NEWER = SCHEMA_VERSION + 1


def opened(tmp_path, text, name="p.yaml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_profile(path)


def said(document):
    return [str(finding.what) for finding in document.findings]


# --- Reading ------------------------------------------------------------------------------


def test_friendly_forms_are_read(tmp_path):
    document = opened(
        tmp_path,
        HEAD + "vcenter: {address: vc.lab, port: '8443', user: 12}\n"
        "switch:\n  version: 7.0\n  mtu:\n  nics: {Uplink 1: vmnic2, Uplink 2: }\n"
        "  host_nics:\n    esx-3: {Uplink 1: vmnic4}\n"
        "  port_groups:\n  - {role: Frontend, name: F, vlan: '130'}\n  - name: W\n"
        "appliance:\n  permit_root_login: no\n"
        "  ca_certificate: |\n    -----BEGIN CERTIFICATE-----\n    QUJD\n"
        "network:\n  dns: 10.0.0.1, 10.0.0.2\n  additional_workload_networks: [10.1.0.0/24]\n"
        "load_balancing:\n  ranges:\n  - 10.2.0.0/25\n  - 10.3.0.0/25 10.4.0.0/25\n"
        "properties: {a.b: 5556, c.d: ' x '}\n",
    )
    profile = document.profile
    assert document.findings == ()
    assert (profile.vcenter.port, profile.vcenter.user) == (8443, "12")
    assert (profile.switch.version, profile.switch.mtu) == ("7.0", 1500)
    assert profile.switch.nics == (("Uplink 1", "vmnic2"),)
    assert profile.switch.host_nics == (("esx-3", (("Uplink 1", "vmnic4"),)),)
    assert profile.switch.port_groups == (
        PortGroup(FRONTEND, "F", 130), PortGroup(WORKLOAD, "W", None),
    )  # fmt: skip
    assert profile.appliance.permit_root_login is False
    assert profile.appliance.ca_certificate == "-----BEGIN CERTIFICATE-----\nQUJD"
    assert profile.network.dns == ("10.0.0.1", "10.0.0.2")
    assert profile.load_balancing.ranges == ("10.2.0.0/25", "10.3.0.0/25", "10.4.0.0/25")
    assert profile.properties == (("a.b", "5556"), ("c.d", " x "))
    assert profile.folder == str(tmp_path)


@pytest.mark.parametrize(
    ("text", "field", "sentence"),
    [
        ("switch:\n  uplinks: [1]", "switch.uplinks",
         "switch.uplinks is a list; expected is a whole number, such as 2."),
        ("switch:\n  uplinks: true", "switch.uplinks",
         "switch.uplinks is true; expected is a whole number, such as 2."),
        ("switch:\n  uplinks: 1.5", "switch.uplinks",
         "switch.uplinks is “1.5”; expected is a whole number, such as 2."),
        ("switch:\n  name: {a: b}", "switch.name",
         "switch.name is a group of keys; expected is text, such as workload-vds."),
        ("switch:\n  name: false", "switch.name",
         "switch.name is false; expected is text, such as workload-vds."),
        ("switch:\n  nics: vmnic2", "switch.nics",
         "switch.nics is “vmnic2”; expected is a group of lines “uplink: NIC”, such as "
         "{Uplink 1: vmnic2}."),
        ("switch:\n  nics: {Uplink 1: 2}", "switch.nics",
         "switch.nics is the number 2; expected is a group of lines “uplink: NIC”, such as "
         "{Uplink 1: vmnic2}."),
        ("switch:\n  host_nics: {esx: vmnic2}", "switch.host_nics",
         "switch.host_nics is “vmnic2”; expected is a group of hosts, each with lines "
         "“uplink: NIC”, such as {esx-03.lab.example: {Uplink 1: vmnic4}}."),
        ("switch:\n  port_groups: [Primary]", "switch.port_groups",
         "switch.port_groups[1] is “Primary”; expected is a list of port groups with role, name "
         "and vlan, such as primary-workload: Primary Workload Network, VLAN 20."),
        ("switch:\n  port_groups: [{name: P, vlan: x}]", "switch.port_groups",
         "switch.port_groups[1].vlan is “x”; expected is a whole number, such as 120."),
        ("switch:\n  port_groups: [{role: primary}]", "switch.port_groups",
         "switch.port_groups[1].role is “primary”; expected is one of primary-workload, workload, "
         "frontend."),
        ("network:\n  dns: [[10.0.0.1]]", "network.dns",
         "network.dns is a list; expected is a list of IP addresses, such as 10.8.8.8."),
        ("network:\n  dns: {a: b}", "network.dns",
         "network.dns is a group of keys; expected is a list of IP addresses, such as 10.8.8.8."),
        ("appliance:\n  permit_root_login: 1", "appliance.permit_root_login",
         "appliance.permit_root_login is the number 1; expected is true or false."),
        ("deployment:\n  configuration: three", "deployment.configuration",
         "deployment.configuration is “three”; expected is one of default, frontend."),
        ("network: x", "network",
         "network is “x”; expected is a group of lines such as “host_name: haproxy.lab.example”."),
        ("properties: {a: [1]}", "properties",
         "properties is a list for a; expected is a group of lines “property: text”, such as "
         "appliance.extra: text."),
    ],
)  # fmt: skip
def test_a_wrong_form_is_named_and_the_default_stands(tmp_path, text, field, sentence):
    document = opened(tmp_path, HEAD + text + "\n")
    (finding,) = document.findings
    assert (str(finding.what), finding.fields) == (sentence, (field,))
    assert finding.is_error
    if field in FIELDS and field != "switch.port_groups":
        assert document.profile.value(field) == FIELDS[field].default


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("netwrk: {}", "netwrk is not known. Is network meant?"),
        ("network:\n  managment_address: x",
         "network.managment_address is not known. Is network.management_address meant?"),
        ("switch:\n  port_groups: [{name: P, vlann: 2}]",
         "switch.port_groups[1].vlann is not known. Is switch.port_groups[1].vlan meant?"),
        ("vcenter:\n  datacenter: x",
         "vcenter.datacenter is not known here. Is switch.datacenter meant?"),
        ("zzz: 1", "zzz is not known."),
        ("appliance:\n  ca_key_fil: x",
         "appliance.ca_key_fil is not known. Is appliance.ca_key_file meant?"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_a_warning_with_the_nearest_known_one(tmp_path, text, sentence):
    document = opened(tmp_path, HEAD + text + "\n")
    assert said(document) == [sentence]
    assert document.findings[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    "text",
    [
        "vcenter:\n  password: hunter2",
        "vcenter:\n  pwd: hunter2",
        "vcenter_password: hunter2",
        "secrets:\n  root: hunter2",
        "appliance:\n  root_pwd: hunter2",
        "appliance:\n  ca_key: hunter2",
        "appliance:\n  passphrase: [hunter2]",
        "load_balancing:\n  haproxy_pwd: {a: hunter2}",
        "api_token: hunter2",
        "properties:\n  appliance.root_pwd: hunter2",
        "switch:\n  port_groups: [{name: P, password: hunter2}]",
    ],
)
def test_a_password_in_the_file_is_pointed_out_and_never_repeated(tmp_path, text):
    document = opened(tmp_path, HEAD + text + "\n")
    (finding,) = document.findings
    assert finding.code == "profile-secret-key"
    assert "keyring" in str(finding.advice)
    assert "hunter2" not in repr(finding.as_dict()) + repr(document.profile) + repr(document)
    document.set("vm.name", "x")
    assert "hunter2" in document.text  # the owner's line stays


@pytest.mark.parametrize("value", [KEY, base64.b64encode(KEY.encode()).decode()])
@pytest.mark.parametrize("key", ["appliance.ca_certificate", "vm.name", "appliance.ca_key_file"])
def test_a_private_key_is_neither_read_nor_saved(tmp_path, key, value):
    section, _, name = key.partition(".")
    body = "".join(f"    {line}\n" for line in value.splitlines())
    document = opened(tmp_path, f"{HEAD}{section}:\n  {name}: |\n{body}")
    (finding,) = document.findings
    assert (finding.code, finding.fields) == ("profile-secret-value", (key,))
    assert "QUJD" not in repr(document.profile)
    with pytest.raises(InvalidInput) as caught:
        document.set(key, value)
    with pytest.raises(InvalidInput):
        document.set("properties", (("a.b", value),))
    assert "QUJD" not in repr(caught.value) + str(caught.value)
    assert not document.is_changed


def test_a_password_cannot_be_set_as_a_property():
    document = ProfileDocument(HEAD)
    with pytest.raises(InvalidInput):
        document.set("properties", (("appliance.root_pwd", "hunter2"),))


# --- Files that are none ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty. Make a profile"),
        (b"\xff\xfes\x00", "is saved as UTF-16. Save it as UTF-8"),
        (b"\xfe\xff\x00s", "is saved as UTF-16."),
        (b"ab\x00c", "is a binary file, not a profile."),
        (b"a: 1\nb: \xe9", "is not UTF-8 text: see line 2."),
        (b"a" * (1024 * 1024 + 1), "is larger than 1 MiB, so it is not a profile."),
        (
            f"schema: {NEWER}".encode(),
            f"by a newer version: it has schema {NEWER}, this version knows {SCHEMA_VERSION}.",
        ),
        (b"schema: one", "schema is “one”; expected is a whole number, 1 or higher."),
        (b"schema: true", "schema is true; expected is a whole number, 1 or higher."),
        (b"schema: 0", "schema is the number 0; expected is a whole number, 1 or higher."),
    ],
)
def test_a_file_that_is_no_profile(tmp_path, content, sentence):
    with pytest.raises(FileError) as caught:
        opened(tmp_path, content)
    assert sentence in str(caught.value)
    assert str(tmp_path / "p.yaml") in str(caught.value)
    assert caught.value.advice


def test_a_missing_file_names_those_that_are_there(tmp_path):
    (tmp_path / "lab-a.yaml").touch()
    (tmp_path / "other.yml").touch()
    (tmp_path / "x.txt").touch()
    with pytest.raises(
        FileError, match=r"There is no file .*YAML files in that folder: lab-a.yaml"
    ):
        load_profile(tmp_path / "lab_a.yaml")
    with pytest.raises(FileError, match="its folder does not exist"):
        load_profile(tmp_path / "no" / "p.yaml")


def test_a_folder_and_a_pipe_are_no_files(tmp_path):
    with pytest.raises(FileError, match="is not a file"):
        load_profile(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="is not a file"):
        load_profile(tmp_path / "pipe")


def test_a_file_without_permission(tmp_path, monkeypatch):
    def refuse(*_args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("core.profile.disk.os.open", refuse)
    with pytest.raises(FileError, match="permission denied"):
        load_profile(tmp_path / "p.yaml")


def test_a_profile_without_schema_and_id_is_read_as_the_first(tmp_path):
    document = opened(tmp_path, "vm:\n  name: x\n")
    assert [(f.code, f.severity) for f in document.findings] == [
        ("profile-no-schema", Severity.WARNING),
        ("profile-no-id", Severity.NOTE),
    ]
    assert document.profile.id
    assert document.profile.id == load_profile(tmp_path / "p.yaml").profile.id
    assert not document.is_changed
    document.set("vm.name", "y")
    document.save()
    again = load_profile(tmp_path / "p.yaml")
    assert (again.findings, again.profile.id) == ((), document.profile.id)


@pytest.mark.parametrize("identity", ["'../x'", "a/b", "[1]", "'-a'", "x" * 65])
def test_an_id_that_would_not_fit_a_keyring_is_refused(tmp_path, identity):
    document = opened(tmp_path, f"schema: {SCHEMA_VERSION}\nid: {identity}\n")
    assert [f.fields for f in document.findings if f.is_error] == [("id",)]


# --- Changing and saving ------------------------------------------------------------------


def test_nothing_is_written_when_nothing_changed(tmp_path):
    document = opened(tmp_path, HEAD + "vm: {name:   x}   # mine\n")
    before = (tmp_path / "p.yaml").stat()
    document.set("vm.name", "y")
    document.set("vm.name", "x")
    document.save()
    after = (tmp_path / "p.yaml").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_comments_unknown_keys_and_line_ends_survive(tmp_path):
    text = (
        f"# mine\r\nschema: {SCHEMA_VERSION}\r\nid: abc\r\nx-note:  keep   # me\r\nvm:\r\n"
        "  name: a  # the name\r\n  colour: red\r\nswitch:\r\n  port_groups:\r\n    # first\r\n"
        "    - {role: primary-workload, name: P, vlan: '20', team: net}\r\n"
    )
    document = opened(tmp_path, b"\xef\xbb\xbf" + text.encode())
    document.set("vm.name", "b")
    (group,) = document.profile.switch.port_groups
    document.set("switch.port_groups", (replace(group, name="Q"),))
    document.save()
    assert (tmp_path / "p.yaml").read_bytes().decode() == text.replace(
        "name: a ", "name: b "
    ).replace("name: P", "name: Q")
    assert load_profile(tmp_path / "p.yaml").profile == document.profile


def test_a_row_keeps_its_unknown_keys_when_another_is_removed(tmp_path):
    document = opened(
        tmp_path, HEAD + "switch:\n  port_groups:\n    - {name: A, k: 1}\n    - {name: B, k: 2}\n"
    )
    document.set("switch.port_groups", document.profile.switch.port_groups[1:])
    assert "{name: B, k: 2}" in document.text
    assert "k: 1" not in document.text


def test_a_saved_file_is_private_and_an_old_one_keeps_its_mode(tmp_path):
    path = tmp_path / "new.yaml"
    document = ProfileDocument(new_profile_text())
    document.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    document.set("vm.name", "x")
    document.save()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "p.yaml"
    target.write_text(HEAD)
    (tmp_path / "link.yaml").symlink_to(target)
    document = load_profile(tmp_path / "link.yaml")
    document.set("vm.name", "x")
    document.save()
    assert (tmp_path / "link.yaml").is_symlink()
    assert "name: x" in target.read_text()


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    document = opened(tmp_path, HEAD)
    document.set("vm.name", "x")

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.profile.disk.os.replace", fail)
    with pytest.raises(FileError, match="No space left on device"):
        document.save()
    assert (tmp_path / "p.yaml").read_text() == HEAD
    assert len(list(tmp_path.iterdir())) == 1
    assert document.is_changed


def test_somebody_elses_change_is_not_overwritten(tmp_path):
    document = opened(tmp_path, HEAD)
    document.set("vm.name", "x")
    (tmp_path / "p.yaml").write_text(HEAD + "# theirs\n")
    with pytest.raises(FileError, match="was changed by another program"):
        document.save()
    assert "theirs" in (tmp_path / "p.yaml").read_text()
    document.save(overwrite=True)
    assert "name: x" in (tmp_path / "p.yaml").read_text()


def test_save_as_keeps_an_existing_file(tmp_path):
    document = opened(tmp_path, HEAD)
    (tmp_path / "q.yaml").write_text("x")
    with pytest.raises(FileError, match="exists already"):
        document.save(tmp_path / "q.yaml")
    document.save(tmp_path / "q.yaml", overwrite=True)
    assert document.path == tmp_path / "q.yaml"


def test_relative_paths_lead_to_the_same_file_after_save_as(tmp_path):
    (tmp_path / "haproxy.ova").touch()
    document = opened(tmp_path, HEAD + "ova:\n  file: haproxy.ova\nappliance:\n  ca_key_file: no\n")
    (tmp_path / "sub").mkdir()
    document.save(tmp_path / "sub" / "p.yaml")
    profile = load_profile(tmp_path / "sub" / "p.yaml").profile
    assert (profile.ova.file, profile.appliance.ca_key_file) == (
        os.path.join("..", "haproxy.ova"), "no",
    )  # fmt: skip
    assert profile == document.profile


def test_setting_a_field_ends_what_was_said_about_its_form_and_revert_brings_it_back():
    document = ProfileDocument(HEAD + "switch:\n  uplinks: x\nzzz: 1\n")
    assert len(document.findings) == 2
    document.set("switch.uplinks", 2)
    assert said(document) == ["zzz is not known."]
    document.revert()
    assert len(document.findings) == 2
    assert not document.is_changed


def test_a_port_group_named_like_an_empty_one_is_written():
    document = ProfileDocument(HEAD + "switch:\n  port_groups: [{vlan: '007'}, {name: true}]\n")
    groups = (PortGroup(WORKLOAD, "None", 7), PortGroup(WORKLOAD, "True", None))
    document.set("switch.port_groups", groups)
    assert ProfileDocument(document.text).profile.switch.port_groups == groups
    assert 'vlan: "007"' in document.text


def test_set_profile_changes_nothing_when_one_value_is_a_secret():
    document = ProfileDocument(HEAD)
    profile = document.profile
    wrong = replace(
        profile,
        vm=replace(profile.vm, name="x"),
        appliance=replace(profile.appliance, ca_certificate=KEY),
    )
    with pytest.raises(InvalidInput):
        document.set_profile(wrong)
    assert not document.is_changed


def test_every_field_can_be_set():
    document = ProfileDocument(HEAD)
    assert set(FIELDS) < set(KEYS)
    for key, spec in FIELDS.items():
        document.set(key, spec.default)
    assert document.profile == replace(Profile(), id="abc")
    with pytest.raises(KeyError):
        document.set("vm.nothing", 1)


def test_an_explicitly_empty_value_is_not_the_default():
    document = ProfileDocument(HEAD)
    document.set("switch.port_groups", ())
    document.set("supervisor.services_cidr", "")
    assert ProfileDocument(document.text).profile == document.profile


@given(profiles)
@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_profile_survives_a_file(profile):
    for text in (HEAD, new_profile_text().replace("\nid: ", "\nid: abc\nx: ")):
        document = ProfileDocument(text)
        document.set_profile(profile)
        written = document.text
        again = ProfileDocument(written)
        assert again.profile == document.profile == profile
        assert [f for f in again.findings if f.is_error] == []
        comments = {line for line in text.splitlines() if line.strip().startswith("#")}
        assert comments <= set(written.splitlines())


def test_a_form_saved_into_the_template_keeps_every_comment():
    text = new_profile_text(FRONTEND)
    document = ProfileDocument(text)
    document.set("network.dns", ("10.0.0.1",))
    document.set("switch.nics", (("Uplink 1", "vmnic2"),))
    document.set("switch.port_groups", (PortGroup(PRIMARY_WORKLOAD, "P", 20),))
    document.set("appliance.ca_certificate", "-----BEGIN X-----\nab\n-----END X-----")
    lines = [line for line in text.splitlines() if "#" in line]
    assert [line for line in document.text.splitlines() if "#" in line] == lines


def test_a_path_that_is_no_text_is_refused_and_the_former_one_saved(tmp_path):
    """It could be written, in a way, but would be read as the path of another file."""
    document = opened(tmp_path, new_profile_text())
    document.set("ova.file", "/lab/a.ova")
    for key in ("ova.file", "appliance.ca_certificate", "vm.name"):
        with pytest.raises(InvalidInput):
            document.set(key, "/lab/b\udcff.ova")
    document.save()
    assert load_profile(document.path).profile.value("ova.file") == "/lab/a.ova"


def test_a_path_that_is_no_text_in_a_file_is_said(tmp_path):
    document = opened(tmp_path, HEAD + 'ova:\n  file: "/lab/b\\udcff.ova"\n')
    (found,) = [f for f in document.findings if f.is_error]
    assert found.fields == ("ova.file",)
    assert document.profile.value("ova.file") == ""
    document.set("vm.name", "other")
    document.save()
    assert "\\udcff" in document.path.read_text("utf-8"), "what its author wrote stays"
