"""The subcommands new, check and password, as one types them."""

from __future__ import annotations

import io
import json

import pytest

from core.cli import output, password, prompt
from core.cli.main import main
from core.errors import LoginError
from core.findings import Rule, Severity
from core.practice.sample_ova import write_sample_ova
from core.profile.document import load_profile
from core.profile.model import SECRET_FIELDS
from core.profile.template import new_profile_text, sample_profile_text
from core.secrets import SecretRef, SessionStore, ref_for
from core.text import Text
from tests.fakes.certificates import key_pem, make_certificate, make_key
from tests.fakes.ova import make_ova

MANY = Rule("many", Severity.ERROR, Text("It is old."), Text("Renew it."))
SAMPLE_OVA, SMALLEST_DISK = "haproxy.ova", 1 << 17


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "lab.yaml"
    path.write_text(
        sample_profile_text(address="vc.lab.example", user="admin@lab", ova_file=SAMPLE_OVA)
    )
    write_sample_ova(tmp_path / SAMPLE_OVA, disk_bytes=SMALLEST_DISK)
    return path


# --- new ----------------------------------------------------------------------------------


@pytest.mark.parametrize("topology", ["default", "frontend"])
def test_new_prints_a_profile(topology, capsys, tmp_path):
    assert main(["new", "--topology", topology]) == 0
    (tmp_path / "p.yaml").write_text(capsys.readouterr().out)
    document = load_profile(tmp_path / "p.yaml")
    assert document.profile.deployment.configuration == topology
    assert document.findings == ()


def test_new_keeps_an_existing_file(capsys, tmp_path):
    path = tmp_path / "my p.yaml"
    assert main(["new", "--output", str(path)]) == 0
    assert f"haproxy-setup check '{path}'" in capsys.readouterr().out
    before = path.read_text()
    assert main(["new", "-o", str(path)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert path.read_text() == before


def test_new_says_when_the_folder_is_missing(capsys, tmp_path):
    assert main(["new", "-o", str(tmp_path / "no" / "p.yaml")]) == 1
    assert "cannot be written" in capsys.readouterr().err


# --- check --------------------------------------------------------------------------------


def test_check_of_a_right_profile(sample, capsys):
    assert main(["check", str(sample)]) == 0
    assert capsys.readouterr().out == "No problems found.\n"
    assert main(["check", str(sample), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "profile": str(sample), "ok": True, "errors": 0, "warnings": 0, "notes": 0, "findings": [],
    }  # fmt: skip


def test_warnings_alone_are_no_failure(sample, capsys):
    sample.write_text(sample.read_text() + "colour: red\n")
    assert main(["check", str(sample)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "warning  colour  colour is not known."
    assert out.endswith("0 errors, 1 warning, 0 notes.\n")


def test_check_looks_into_the_ova(sample, capsys):
    ova = sample.parent / SAMPLE_OVA
    ova.unlink()
    assert main(["check", str(sample)]) == 0
    assert "does not exist" in capsys.readouterr().out
    ova.write_text("<html>Not found</html>")
    assert main(["check", str(sample), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == "ova-unusable"


def test_check_says_what_the_ova_cannot_prove(sample, capsys):
    claim = (
        "<Product>HAProxy Load Balancer API SAMPLE 0.2.0<",
        "<Product>HAProxy for the Load Balancer API 0.2.0<",
    )
    make_ova(sample.parent / SAMPLE_OVA, replace=[claim], manifest=b"")
    assert main(["check", str(sample), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {finding["code"]: finding["severity"] for finding in found} == {
        "ova-no-manifest": "warning", "ova-not-published": "warning",
    }  # fmt: skip


def test_check_looks_into_the_disk(sample, capsys):
    def cut(whole):
        at = whole.index(b"KDMV")
        return whole[: at + 512] + bytes(len(whole) - at - 512)

    make_ova(sample.parent / SAMPLE_OVA, manifest=b"", change=cut)
    assert main(["check", str(sample), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert found[0]["code"] == "ova-disk-unusable"
    assert found[0]["what"].endswith("is cut short or damaged: its end is missing.")


def test_a_missing_ova_is_reported_beside_other_errors(sample, capsys):
    (sample.parent / SAMPLE_OVA).unlink()
    sample.write_text(sample.read_text().replace("192.168.110.20/24", "192.168.110.20/33"))
    assert main(["check", str(sample), "--json"]) == 1
    codes = [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]]
    assert codes == ["prefix-range", "ova-absent"]


def test_errors_fail_and_nothing_is_said_twice(sample, capsys):
    sample.write_text(
        sample.read_text().replace(
            "management_address: 192.168.110.20/24", "management_address: []"
        )
    )
    assert main(["check", str(sample)]) == 1
    out = capsys.readouterr().out
    assert out.count("network.management_address") == 2  # the field, and in its sentence
    assert "is a list; expected is an IP address with prefix length" in out
    assert main(["check", "--json", str(sample)]) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["ok"], result["errors"]) == (False, 1)
    assert result["findings"][0]["code"] == "profile-wrong-type"


def test_a_fix_is_shown(sample, capsys):
    sample.write_text(sample.read_text().replace("source: file", "source: fiel"))
    main(["check", str(sample)])
    assert "Right would be: ova.source: file" in capsys.readouterr().out


def test_a_template_lacks_values(tmp_path, capsys):
    (tmp_path / "p.yaml").write_text(new_profile_text())
    assert main(["check", str(tmp_path / "p.yaml")]) == 1
    assert "vcenter.address" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("no_color", "term", "is_terminal", "is_coloured"),
    [("", "xterm", True, True), ("1", "xterm", True, False), ("", "dumb", True, False),
     ("", "xterm", False, False)],
)  # fmt: skip
def test_colour_is_for_terminals_that_want_it(
    no_color, term, is_terminal, is_coloured, monkeypatch
):
    from core.cli.output import coloured

    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", term)
    stream = io.StringIO()
    stream.isatty = lambda: is_terminal
    assert ("\x1b" in coloured("x", "error", stream)) is is_coloured


def test_nothing_in_a_message_steers_the_terminal():
    from core.cli.output import shown

    assert shown("a\x1b[2Jb\r\u202ec") == "a\\x1b[2Jb\\x0d\\x202ec"


# --- password -----------------------------------------------------------------------------


@pytest.fixture
def store(monkeypatch):
    store = SessionStore()
    monkeypatch.setattr("core.secrets.KeyringStore", lambda: store)
    for variable in password.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    return store


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def typed(monkeypatch):
    """What a person types, one answer after the other."""

    def install(*answers, lines=""):
        remaining = iter(answers)
        monkeypatch.setattr("sys.stdin", Terminal(lines))
        monkeypatch.setattr("getpass.getpass", lambda _text, _stream: next(remaining))
        return remaining

    return install


def test_passwords_are_asked_for_and_kept(sample, store, typed, capsys):
    left = typed("vc-secret", "root-1st", "differs", "root-secret", "root-secret", "dp-secret",
                 "dp-secret")  # fmt: skip
    assert main(["password", "set", str(sample)]) == 0
    assert list(left) == []
    profile = load_profile(sample).profile
    assert store.get(ref_for(profile, "vcenter_password")) == "vc-secret"
    assert store.get(ref_for(profile, "root_password")) == "root-secret"
    assert store.get(ref_for(profile, "dataplane_password")) == "dp-secret"
    assert main(["password", "status", str(sample)]) == 0
    captured = capsys.readouterr()
    assert "vCenter password: kept in the keyring" in captured.out
    assert "Key (ca.key): not set" in captured.out
    assert "The two differ" in captured.err
    assert "secret" not in captured.out + captured.err


def test_a_password_from_a_pipe(sample, store, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(" pass word \r\n"))
    assert main(["password", "set", str(sample), "vcenter"]) == 0
    profile = load_profile(sample).profile
    assert store.get(ref_for(profile, "vcenter_password")) == " pass word "


def test_a_pipe_needs_a_name(sample, store, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("x\n"))
    assert main(["password", "set", str(sample)]) == 1
    assert "Add vcenter, root, dataplane or ca-key" in capsys.readouterr().err


def test_a_key_is_read_from_its_file(sample, store, typed, tmp_path):
    (tmp_path / "ca.key").write_text(key_pem(make_key("rsa"), "traditional"))
    typed(lines=f"{tmp_path / 'ca.key'}\n")
    assert main(["password", "set", str(sample), "ca-key"]) == 0
    kept = store.get(ref_for(load_profile(sample).profile, "ca_key"))
    assert kept == key_pem(make_key("rsa")), "kept as PKCS#8 (F4)"


def test_an_encrypted_key_is_decrypted_on_request(
    sample, store, typed, tmp_path, monkeypatch, capsys
):
    (tmp_path / "ca.key").write_text(key_pem(make_key("rsa"), passphrase="open sesame"))
    monkeypatch.setenv("HAPROXY_SETUP_CA_KEY_PASSPHRASE", "open barley")
    typed(lines=f"{tmp_path / 'ca.key'}\n")
    assert main(["password", "set", str(sample), "ca-key"]) == 1
    assert "passphrase does not open" in capsys.readouterr().err
    monkeypatch.setenv("HAPROXY_SETUP_CA_KEY_PASSPHRASE", "open sesame")
    typed(lines=f"{tmp_path / 'ca.key'}\n")
    assert main(["password", "set", str(sample), "ca-key"]) == 0
    assert store.get(ref_for(load_profile(sample).profile, "ca_key")) == key_pem(make_key("rsa"))


def test_a_wrong_passphrase_is_asked_for_again(sample, store, typed, tmp_path, capsys):
    (tmp_path / "ca.key").write_text(key_pem(make_key("ec"), "traditional", "open sesame"))
    left = typed("open barley", "open sesame", lines=f"{tmp_path / 'ca.key'}\n")
    assert main(["password", "set", str(sample), "ca-key"]) == 0
    assert "passphrase does not open" in capsys.readouterr().err
    assert list(left) == []
    assert store.get(ref_for(load_profile(sample).profile, "ca_key")) == key_pem(make_key("ec"))


def test_an_encrypted_key_from_a_pipe_needs_its_passphrase(sample, store, monkeypatch, capsys):
    key = key_pem(make_key("ec"), passphrase="open sesame")
    monkeypatch.setattr("sys.stdin", io.StringIO(key))
    assert main(["password", "set", str(sample), "ca-key"]) == 1
    assert "HAPROXY_SETUP_CA_KEY_PASSPHRASE" in capsys.readouterr().err


def test_check_says_what_to_do_with_an_encrypted_key(sample, capsys):
    made = make_certificate(key=make_key("rsa"))
    (sample.parent / "ca.key").write_text(key_pem(made.key, passphrase="open sesame"))
    (sample.parent / "ca.crt").write_text(made.pem)
    text = sample.read_text().replace("ca_certificate:", "ca_certificate: ca.crt")
    sample.write_text(text.replace("ca_key_file:", "ca_key_file: ca.key"))
    assert main(["check", str(sample)]) == 1
    said = capsys.readouterr().out
    assert "appliance.ca_key_file  The private key is encrypted." in said
    assert f"haproxy-setup password set {sample} ca-key" in said


def test_a_password_that_would_not_work_is_asked_for_again(sample, store, typed, capsys):
    left = typed("-secret", "-secret", "root-secret", "root-secret")
    assert main(["password", "set", str(sample), "root"]) == 0
    captured = capsys.readouterr()
    assert "cannot be used" in captured.err
    assert "-secret" not in captured.out + captured.err
    assert list(left) == []
    assert store.get(ref_for(load_profile(sample).profile, "root_password")) == "root-secret"


def test_from_a_pipe_a_password_that_would_not_work_is_refused(sample, store, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("-secret\n"))
    assert main(["password", "set", str(sample), "root"]) == 1
    assert "-secret" not in capsys.readouterr().err
    assert store.get(ref_for(load_profile(sample).profile, "root_password")) is None


def test_a_keyring_that_is_not_there_is_said_before_one_types(sample, typed, capsys):
    left = typed("typed for nothing")
    assert main(["password", "set", str(sample), "vcenter"]) == 1
    assert "No password store (keyring) was found." in capsys.readouterr().err
    assert list(left) == ["typed for nothing"]


def test_nothing_typed_changes_nothing(sample, store, typed, capsys):
    profile = load_profile(sample).profile
    store.set(ref_for(profile, "vcenter_password"), "old")
    typed("")
    assert main(["password", "set", str(sample), "vcenter"]) == 0
    assert store.get(ref_for(profile, "vcenter_password")) == "old"


def test_forget(sample, store):
    profile = load_profile(sample).profile
    for name in password.NAMES.values():
        store.set(ref_for(profile, name), "x")
    assert main(["password", "forget", str(sample), "root"]) == 0
    assert store.get(ref_for(profile, "root_password")) is None
    assert store.get(ref_for(profile, "vcenter_password")) == "x"
    assert main(["password", "forget", str(sample)]) == 0
    assert repr(store) == "SessionStore(0 secrets)"


def test_the_environment_shows_in_the_status(sample, store, monkeypatch, capsys):
    monkeypatch.setenv("HAPROXY_SETUP_ROOT_PASSWORD", "hunter2")
    main(["password", "status", str(sample)])
    out = capsys.readouterr().out
    assert "Root password: set in the environment (HAPROXY_SETUP_ROOT_PASSWORD)" in out
    assert "hunter2" not in out


def test_no_keyring_is_said(sample, capsys):
    assert main(["password", "status", str(sample)]) == 1
    assert "No password store (keyring) was found." in capsys.readouterr().err


def test_nobody_is_asked_without_a_terminal(monkeypatch, typed):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert prompt.terminal_prompt() is None
    typed("x")
    ask = prompt.terminal_prompt()
    assert ask(SECRET_FIELDS["secrets.vcenter_password"]) == "x"
    assert ask(SECRET_FIELDS["secrets.ca_key"]) == ""


def test_an_end_of_input_is_no_answer(monkeypatch):
    def end(_text, _stream):
        raise EOFError

    monkeypatch.setattr("getpass.getpass", end)
    assert prompt.ask_secret(SECRET_FIELDS["secrets.root_password"]) == ""


def test_names_cover_every_secret():
    assert set(password.NAMES.values()) == {spec.name for spec in SECRET_FIELDS.values()}
    assert SecretRef("a", "b") == SecretRef("a", "b")


# --- trust --------------------------------------------------------------------------------


def test_trust_asks_nobody_at_a_pasted_url(sample, monkeypatch, capsys):
    def ask(host, port):
        raise AssertionError(f"asked {host}:{port}")

    monkeypatch.setattr("core.vsphere.trust.shown_certificate", ask)
    text = sample.read_text().replace("vc.lab.example", "https://vc.lab.example:8443/ui")
    sample.write_text(text)
    assert main(["trust", str(sample)]) == 1
    said = capsys.readouterr().err
    assert "Right would be: vcenter.address: vc.lab.example\n" in said
    assert "Right would be: vcenter.port: 8443\n" in said


# --- what is printed ----------------------------------------------------------------------


def test_a_command_to_type_has_the_profile_s_own_path(tmp_path, capsys):
    path = tmp_path / "my lab.yaml"
    path.write_text(new_profile_text() + "secrets:\n  ca_key: x\n")
    main(["check", str(path)])
    output.print_text("Run haproxy-setup password set PROFILE ca-key.")
    output.print_text("Run haproxy-setup redeploy PROFILE --roll-back.")
    output.print_text("The word PROFILE alone stays.")
    lines = capsys.readouterr().out.splitlines()[-3:]
    assert lines[0] == f"Run haproxy-setup password set '{path}' ca-key."
    assert lines[1] == f"Run haproxy-setup redeploy '{path}' --roll-back."
    assert lines[2] == "The word PROFILE alone stays."
    output.print_json({"a": [{"advice": "haproxy-setup undo PROFILE"}], "b": None})
    advice = f"haproxy-setup undo '{path}'"
    assert json.loads(capsys.readouterr().out) == {"a": [{"advice": advice}], "b": None}
    output.name_profile("")
    output.print_text("Run haproxy-setup undo PROFILE.")
    assert capsys.readouterr().out == "Run haproxy-setup undo PROFILE.\n"


def test_what_to_do_about_many_objects_is_said_once(capsys):
    findings = [MANY.found("switch.cluster", what=Text("{name} is old.", name=n)) for n in "abc"]
    other = MANY.found("switch.cluster", what=Text("d is old."), advice=Text("Replace d."))
    output.print_findings([*findings, other])
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert [line for line in lines if "old" in line] == [
        f"error    switch.cluster  {name} is old." for name in "abcd"
    ]
    assert lines.count("Renew it.") == 1
    assert lines.index("Renew it.") == 3
    assert "Replace d." in lines


def test_a_refused_login_names_where_the_password_came_from(monkeypatch, capsys):
    error = LoginError(Text("vCenter refused."), Text("Check it."))
    monkeypatch.delenv("HAPROXY_SETUP_VCENTER_PASSWORD", raising=False)
    output.print_error(error)
    assert "HAPROXY_SETUP" not in capsys.readouterr().err
    monkeypatch.setenv("HAPROXY_SETUP_VCENTER_PASSWORD", "hunter2")
    output.print_error(error)
    said = capsys.readouterr().err
    assert "came from the environment: HAPROXY_SETUP_VCENTER_PASSWORD" in said
    assert "hunter2" not in said
