"""A real Secret Service behind the window: remembered, found again, locked, missing, too long."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import SecretService
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.profile.document import ProfileDocument
from core.profile.template import new_profile_text
from core.secrets import KeyringStore
from core.secrets.store import ref_for
from gui.application import Application
from gui.form.secret_editor import SecretEditor
from gui.window.main_window import MainWindow
from tests.conftest import IN_CI
from tests.gui.conftest import show
from tests.unit.test_secrets import WindowsVault

pytestmark = [
    # The keyring library leaves its connections to the bus to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SECRET = "correct horse battery ☃"
KEY, NAME = "secrets.root_password", "root_password"


def need(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        reason = f"{program} is not there: apt-get install -y --no-install-recommends gnome-keyring"
        if IN_CI:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


@pytest.fixture
def real_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """GNOME Keyring on a bus of its own, unlocked; its encrypted file is below ``tmp_path``."""
    bus_program, keyring_program = need("dbus-daemon"), need("gnome-keyring-daemon")
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    home = {"HOME": tmp_path, "XDG_RUNTIME_DIR": runtime, "XDG_DATA_HOME": tmp_path / "data",
            "XDG_CONFIG_HOME": tmp_path / "config"}  # fmt: skip
    displays = ("DISPLAY", "WAYLAND_DISPLAY")
    without_display = {k: v for k, v in os.environ.items() if k not in displays}
    environment = without_display | {key: str(value) for key, value in home.items()}
    bus = subprocess.Popen(
        [bus_program, "--session", "--nofork", "--print-address=1"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert bus.stdout is not None
    address = bus.stdout.readline().strip()
    environment["DBUS_SESSION_BUS_ADDRESS"] = address
    daemon = subprocess.Popen(
        [keyring_program, "--unlock", "--foreground", "--components=secrets"],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert daemon.stdin is not None
    assert daemon.stdout is not None
    daemon.stdin.write("the keyring's own password")
    daemon.stdin.close()
    daemon.stdout.readline()  # its control socket: it listens
    before = keyring.get_keyring()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    # not init_backend(): keyring looks once in a process which backends there are, and another
    # test may have had it look when there was no bus
    keyring.set_keyring(SecretService.Keyring())
    yield address
    keyring.set_keyring(before)
    for process in (daemon, bus):
        process.terminate()
        process.wait(10)
    daemon.stdout.close()
    bus.stdout.close()
    for connection in [one for one in gc.get_objects() if type(one).__name__ == "DBusConnection"]:
        connection.close()  # the keyring library leaves them to the garbage collector


def open_with(qtbot: QtBot, application: Application, store: object) -> MainWindow:
    application.controller._store = store  # type: ignore[assignment]
    window = show(qtbot, application.open_window())
    window.model.show(ProfileDocument(new_profile_text()))
    window.flow.opened.emit()
    window.build_all()
    window.go_to(KEY)
    return window


def editor_of(window: MainWindow) -> SecretEditor:
    editor = next(page.rows[KEY] for page in window.pages if KEY in page.rows).editor
    assert isinstance(editor, SecretEditor)
    return editor


def type_and_remember(window: MainWindow, secret: str) -> None:
    editor = editor_of(window)
    editor.edit.setFocus()
    editor.edit.insert(secret)
    editor.edit.textEdited.emit(secret)
    editor.remember.click()


def test_a_password_is_kept_by_the_keyring_of_the_system(
    qtbot: QtBot, threaded: Application, real_keyring: str, tmp_path: Path
) -> None:
    window = open_with(qtbot, threaded, None)
    said: list[str] = []
    window.secrets.said.connect(lambda text, _problem: said.append(str(text)))
    profile = window.model.profile
    ref = ref_for(profile, NAME)
    type_and_remember(window, SECRET)
    qtbot.waitUntil(lambda: said == ["The keyring was updated."], timeout=20_000)
    assert KeyringStore().get(ref) == SECRET
    assert "Secret" in KeyringStore().check() or "Keyring" in KeyringStore().check()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.keyring"))
    assert kept
    assert SECRET.encode() not in kept

    window.model.show(ProfileDocument(new_profile_text()))  # another profile has none of it
    qtbot.waitUntil(lambda: not editor_of(window).remember.isChecked())
    document = ProfileDocument(new_profile_text())
    document.set("id", profile.id)
    window.model.show(document)
    qtbot.waitUntil(lambda: window.model.has_stored(NAME), timeout=20_000)
    assert window.model.secrets.root_password == SECRET
    assert editor_of(window).edit.text() == ""
    editor_of(window).remember.click()
    qtbot.waitUntil(lambda: len(said) == 2, timeout=20_000)
    assert KeyringStore().get(ref) is None


def test_a_long_key_goes_into_the_keyring_of_the_system(real_keyring: str) -> None:
    store, ref = KeyringStore(), ref_for(ProfileDocument(new_profile_text()).profile, "ca_key")
    long = "".join(chr(33 + i % 90) for i in range(4000))
    store.set(ref, long)
    assert store.get(ref) == long
    store.forget(ref)
    assert store.get(ref) is None


def test_a_locked_keyring_of_the_system_is_said_and_can_be_tried_again(
    qtbot: QtBot, threaded: Application, real_keyring: str
) -> None:
    import secretstorage

    connection = secretstorage.dbus_init()
    try:
        secretstorage.get_default_collection(connection).lock()
    finally:
        connection.close()
    window = open_with(qtbot, threaded, KeyringStore(timeout_s=5))
    qtbot.waitUntil(lambda: "until you quit" in window.foot.sentence.text(), timeout=20_000)
    assert editor_of(window).remember.isEnabled()
    QTest.keyClicks(editor_of(window).edit, "typed")
    assert window.model.secrets.root_password == "typed"


def test_no_keyring_at_all_is_said_plainly(
    qtbot: QtBot, threaded: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    window = open_with(qtbot, threaded, KeyringStore())
    qtbot.waitUntil(lambda: "No password store" in window.foot.sentence.text(), timeout=20_000)
    assert not editor_of(window).remember.isEnabled()


def test_a_secret_too_long_for_one_entry_is_kept_and_found(
    qtbot: QtBot, application: Application
) -> None:
    vault = WindowsVault()
    window = open_with(qtbot, application, KeyringStore(vault))
    long = "".join(chr(33 + i % 90) for i in range(4000))
    type_and_remember(window, long)
    assert len(vault.entries) > 1
    window.model.show(ProfileDocument(window.model.document.text))  # type: ignore[union-attr]
    assert window.model.has_stored(NAME)
    assert window.model.secrets.root_password == long


def test_a_keyring_that_refuses_is_said_and_the_session_goes_on(
    qtbot: QtBot, application: Application
) -> None:
    vault = WindowsVault()
    vault.fail_at = 1
    window = open_with(qtbot, application, KeyringStore(vault))
    type_and_remember(window, SECRET)
    assert "refused" in window.foot.sentence.text()
    assert window.model.secrets.root_password == SECRET
