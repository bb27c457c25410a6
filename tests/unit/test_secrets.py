"""Secrets: where they are kept and found, and that they show up nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backends.chainer import ChainerBackend
from msgspec.structs import replace

from core.background.keyring_access import read_secrets
from core.errors import SecretStoreError
from core.jobs import JobContext
from core.profile.model import ApplianceSettings, Profile, Secrets, VCenterSettings
from core.secrets import (
    VARIABLES,
    KeyringLocked,
    KeyringStore,
    NoKeyring,
    SecretRef,
    SecretsMissing,
    SessionStore,
    VariableUnusable,
    needed_secrets,
    parts,
    ref_for,
    resolve_secrets,
)
from core.secrets.keyring_store import BACKENDS, SERVICE, find_backend

REF = SecretRef("root_password", "abc/root_password")
PROFILE = Profile(vcenter=VCenterSettings("VC.lab", 443, "Admin@vsphere.local"), id="abc")


class WindowsVault:
    """A keyring with the limits of Windows' vault; fails at the ``fail_at``-th change."""

    name = "fake vault"

    def __init__(self):
        self.entries = {}
        self.changes = 0
        self.fail_at = 0

    def _change(self):
        self.changes += 1
        if self.changes == self.fail_at:
            raise OSError(1783, "The stub received bad data", "CredWrite")

    def get_password(self, service, username):
        assert len(username) <= 337
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        self._change()
        if len(password.encode("utf-16-le")) > 2560:
            raise OSError(1783, "The stub received bad data", "CredWrite")
        self.entries[service, username] = password

    def delete_password(self, service, username):
        self._change()
        if (service, username) not in self.entries:
            raise keyring.errors.PasswordDeleteError(username)
        del self.entries[service, username]


@pytest.fixture
def vault():
    return WindowsVault()


@pytest.fixture(params=["session", "keyring"])
def store(request, vault):
    return SessionStore() if request.param == "session" else KeyringStore(vault)


LONG = "".join(chr(33 + i % 90) for i in range(4000))


# --- What every store does ----------------------------------------------------------------


@pytest.mark.parametrize(
    "secret", ["x", " a b\n", "日本語" * 300, "\U0001f511" * 1000, LONG, LONG[:1280],
               "haproxy-setup:parts:a:3", LONG[:600], LONG[:601]],
)  # fmt: skip
def test_a_secret_comes_back_as_it_was(store, secret):
    assert store.get(REF) is None
    store.set(REF, secret)
    assert store.get(REF) == secret
    store.set(REF, "short")
    assert store.get(REF) == "short"
    store.forget(REF)
    assert store.get(REF) is None
    store.forget(REF)


def test_a_store_shows_nothing(store):
    store.set(REF, "hunter2hunter2")
    assert "hunter2" not in repr(store) + str(store) + repr(vars(store).keys())


# --- Long secrets -------------------------------------------------------------------------


@given(st.lists(st.none() | st.text(st.characters(codec="utf-16"), max_size=3000), max_size=5))
def test_nothing_is_left_over(secrets):
    vault = WindowsVault()
    for secret in secrets:
        if secret is None:
            parts.remove(vault, SERVICE, "x")
        else:
            parts.write(vault, SERVICE, "x", secret)
        assert parts.read(vault, SERVICE, "x") == secret
    parts.remove(vault, SERVICE, "x")
    assert vault.entries == {}


@pytest.mark.parametrize("old", ["old", LONG[::-1]])
@pytest.mark.parametrize("new", ["new", LONG, LONG[:700]])
@pytest.mark.parametrize("fail_at", range(1, 20))
def test_an_interrupted_call_leaves_the_old_secret_or_the_new_one(vault, old, new, fail_at):
    parts.write(vault, SERVICE, "x", old)
    vault.changes, vault.fail_at = 0, fail_at
    try:
        parts.write(vault, SERVICE, "x", new)
    except OSError:
        assert parts.read(vault, SERVICE, "x") in (old, new)
    else:
        assert parts.read(vault, SERVICE, "x") == new
    vault.fail_at = 0
    parts.write(vault, SERVICE, "x", new)
    assert parts.read(vault, SERVICE, "x") == new
    parts.remove(vault, SERVICE, "x")
    assert vault.entries == {}


def test_a_part_that_was_removed_by_hand_is_said(vault):
    store = KeyringStore(vault)
    store.set(REF, LONG)
    del vault.entries[SERVICE, f"{REF.account}#a2"]
    with pytest.raises(SecretStoreError, match="incomplete"):
        store.get(REF)
    store.forget(REF)
    store.set(REF, LONG)
    assert store.get(REF) == LONG


# --- Keyrings that cannot be used ---------------------------------------------------------


@pytest.mark.parametrize(
    "backend",
    [keyring.backends.null.Keyring(), keyring.backends.fail.Keyring(), WindowsVault(), None],
)
def test_only_known_keyrings_are_used(backend):
    with pytest.raises(NoKeyring):
        find_backend(backend)


def test_the_systems_missing_keyring_is_said():
    for call in (lambda s: s.get(REF), lambda s: s.set(REF, "x"), lambda s: s.forget(REF),
                 lambda s: s.check()):  # fmt: skip
        with pytest.raises(NoKeyring, match="No password store"):
            call(KeyringStore())


def test_a_known_keyring_is_found_in_a_chain(monkeypatch):
    class Plaintext:
        pass

    class Keyring:
        pass

    Keyring.__module__ = "keyring.backends.SecretService"
    Keyring.__qualname__ = "Keyring"
    good = Keyring()
    chain = ChainerBackend()
    monkeypatch.setattr(ChainerBackend, "backends", [Plaintext(), good])
    assert find_backend(chain) is good
    monkeypatch.setattr(ChainerBackend, "backends", [Plaintext()])
    with pytest.raises(NoKeyring):
        find_backend(chain)


def test_the_names_of_the_keyrings_exist():
    import importlib

    for name in BACKENDS:
        module, _, cls = name.rpartition(".")
        assert hasattr(importlib.import_module(module), cls), name


class Failing:
    def __init__(self, error):
        self.error = error

    def get_password(self, service, username):
        raise self.error

    set_password = delete_password = get_password


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (keyring.errors.KeyringLocked("hunter2"), KeyringLocked),
        (keyring.errors.InitError("hunter2"), NoKeyring),
        (keyring.errors.NoKeyringError("hunter2"), NoKeyring),
        (keyring.errors.PasswordSetError("hunter2"), SecretStoreError),
        (RuntimeError("hunter2"), SecretStoreError),
        (OSError(1783, "hunter2"), SecretStoreError),
    ],
)
def test_a_keyring_error_becomes_ours_and_quotes_nothing(error, kind):
    with pytest.raises(SecretStoreError) as caught:
        KeyringStore(Failing(error)).get(REF)
    assert type(caught.value) is kind
    assert caught.value.advice
    assert "hunter2" not in f"{caught.value} {caught.value.details} {caught.value!r}"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_keyring_that_waits_for_a_person_is_left_after_a_while():
    typed = threading.Event()

    class Waiting:
        def get_password(self, service, username):
            typed.wait(30)

    before = set(threading.enumerate())
    with pytest.raises(KeyringLocked, match="did not answer"):
        KeyringStore(Waiting(), timeout_s=0.01).get(REF)
    typed.set()
    for thread in set(threading.enumerate()) - before:
        assert thread.daemon
        thread.join()


def test_importing_the_store_does_not_import_keyring():
    code = "import core.secrets, sys; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- References ---------------------------------------------------------------------------


def test_profiles_for_one_account_share_its_password():
    other = replace(
        PROFILE, id="xyz", vcenter=VCenterSettings("vc.lab.", 443, "admin@VSPHERE.local")
    )
    assert ref_for(PROFILE, "vcenter_password") == ref_for(other, "vcenter_password")
    assert ref_for(PROFILE, "vcenter_password").account == "admin@vsphere.local@vc.lab:443"
    for name in ("root_password", "dataplane_password", "ca_key"):
        assert ref_for(PROFILE, name).account == f"abc/{name}"
        assert ref_for(PROFILE, name) != ref_for(other, name)


# --- Finding them -------------------------------------------------------------------------

ENVIRON = {
    "HAPROXY_SETUP_VCENTER_PASSWORD": "env-vc",
    "HAPROXY_SETUP_ROOT_PASSWORD": "env-root",
    "HAPROXY_SETUP_DATAPLANE_PASSWORD": "env-dp",
    "HAPROXY_SETUP_CA_KEY": "env-key",
}


def test_environment_comes_before_keyring_before_question():
    store = SessionStore()
    for name in VARIABLES:
        store.set(ref_for(PROFILE, name), f"kept-{name}")
    environ = {"HAPROXY_SETUP_VCENTER_PASSWORD": "env-vc", "HAPROXY_SETUP_ROOT_PASSWORD": ""}
    store.forget(ref_for(PROFILE, "dataplane_password"))
    asked = []

    def prompt(spec):
        asked.append(spec.name)
        return "typed"

    secrets = resolve_secrets(PROFILE, store=store, environ=environ, prompt=prompt)
    assert secrets.vcenter_password == "env-vc"
    assert secrets.root_password == "kept-root_password"
    assert secrets.dataplane_password == "typed"
    assert secrets.ca_key == ""
    assert asked == ["dataplane_password"]
    assert "typed" not in repr(secrets)


def test_a_keyring_is_not_touched_when_the_environment_has_all():
    store = KeyringStore(Failing(AssertionError("touched")))
    environ = dict(ENVIRON)
    assert resolve_secrets(PROFILE, store=store, environ=environ).root_password == "env-root"
    assert environ == ENVIRON


def test_everything_missing_is_named_at_once():
    with pytest.raises(SecretsMissing) as caught:
        resolve_secrets(PROFILE, store=SessionStore(), environ={"HAPROXY_SETUP_ROOT_PASSWORD": "x"})
    assert caught.value.names == ("vcenter_password", "dataplane_password")
    assert "HAPROXY_SETUP_VCENTER_PASSWORD" in str(caught.value)
    assert "HAPROXY_SETUP_DATAPLANE_PASSWORD" in str(caught.value)
    assert "ROOT" not in str(caught.value)
    assert "haproxy-setup password set" in str(caught.value)


def test_a_failing_keyring_is_only_reported_when_it_was_needed():
    store = KeyringStore(Failing(keyring.errors.KeyringLocked("x")))
    answered = resolve_secrets(PROFILE, store=store, environ={}, prompt=lambda _spec: "typed")
    assert answered.root_password == "typed"
    with pytest.raises(SecretsMissing, match="The keyring is locked"):
        resolve_secrets(PROFILE, store=store, environ={})


def test_an_empty_answer_is_none():
    with pytest.raises(SecretsMissing):
        resolve_secrets(PROFILE, store=None, environ={}, prompt=lambda _spec: "")


def test_only_what_is_needed_is_looked_for():
    with pytest.raises(SecretsMissing) as caught:
        resolve_secrets(PROFILE, store=None, environ={}, needed=["vcenter_password"])
    assert caught.value.names == ("vcenter_password",)
    assert resolve_secrets(PROFILE, store=None, environ={}, needed=[]) == Secrets()


@pytest.mark.parametrize(
    ("appliance", "is_needed"),
    [
        (ApplianceSettings(), False),
        (ApplianceSettings(ca_certificate="x"), True),
        (ApplianceSettings(ca_certificate="x", ca_key_file="ca.key"), False),
    ],
)
def test_the_key_is_needed_with_a_certificate_whose_key_is_in_no_file(appliance, is_needed):
    needed = needed_secrets(replace(PROFILE, appliance=appliance))
    assert ("ca_key" in needed) is is_needed


def test_every_secret_has_a_variable():
    from core.profile.model import SECRETS

    assert list(VARIABLES) == [spec.name for spec in SECRETS.fields]


@pytest.mark.parametrize("name", ["vcenter_password", "root_password", "dataplane_password"])
@pytest.mark.parametrize("value", ["hunter2\udcff", "hunter2\x01", "hunter2\n", "\x9bhunter2"])
def test_a_variable_that_holds_no_password_is_refused_by_its_name(name, value):
    store = SessionStore()
    store.set(ref_for(PROFILE, name), "kept")
    with pytest.raises(VariableUnusable) as caught:
        resolve_secrets(PROFILE, store=store, environ={VARIABLES[name]: value}, needed=[name])
    assert str(caught.value).startswith(f"{VARIABLES[name]} holds ")
    assert "hunter2" not in f"{caught.value} {caught.value!r} {caught.value.details}"


def test_a_key_may_have_lines_and_no_other_control_characters():
    def read(key):
        environ = {VARIABLES["ca_key"]: key}
        return resolve_secrets(PROFILE, store=None, environ=environ, needed=["ca_key"]).ca_key

    assert read("-----BEGIN\r\n\tx\n") == "-----BEGIN\r\n\tx\n"
    for bad in ("x\0y\n", "x\udc80\n"):
        with pytest.raises(VariableUnusable):
            read(bad)


@pytest.mark.skipif(not hasattr(os, "environb"), reason="variables are text on Windows")
def test_bytes_in_a_password_variable_end_in_one_sentence(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text("schema: 1\nvcenter: {address: 127.0.0.1, port: 9, user: me}\n")
    environ = {**os.environb, b"HAPROXY_SETUP_VCENTER_PASSWORD": b"hunter2\xff"}
    done = subprocess.run(
        [sys.executable, "-m", "gui", "undo", str(path), "--yes"],
        env=environ, cwd=Path(__file__).parents[2], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "error: HAPROXY_SETUP_VCENTER_PASSWORD holds bytes that are no text here." in said
    assert "hunter2" not in said


def test_the_window_hears_of_such_a_variable_and_goes_on_without_it(monkeypatch):
    monkeypatch.setenv(VARIABLES["root_password"], "hunter2\x01")
    store = SessionStore()
    store.set(ref_for(PROFILE, "dataplane_password"), "kept")
    found = read_secrets(JobContext(), store, PROFILE)
    assert isinstance(found.error, VariableUnusable)
    assert "root_password" not in found.secrets
    assert found.secrets["dataplane_password"] == "kept"
