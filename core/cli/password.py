"""``haproxy-setup password``: passwords into and out of the keyring; they are never shown."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from core.certificates import KeyEncrypted, private_key_pem
from core.cli import output
from core.cli.arguments import add_profile
from core.cli.prompt import ask_secret
from core.errors import AppError, FileError, InvalidInput
from core.fields import FieldSpec
from core.findings import Finding, has_errors
from core.profile.model import SECRET_FIELDS, Profile
from core.secrets.store import SecretStore, ref_for
from core.secrets.variables import PASSPHRASE, VARIABLES, read_variable
from core.text import Text

_KEY_LIMIT = 64 * 1024

NAMES = {
    "vcenter": "vcenter_password",
    "root": "root_password",
    "dataplane": "dataplane_password",
    "ca-key": "ca_key",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    about = {
        "set": Text("ask for passwords and keep them; reads one from a pipe too"),
        "forget": Text("remove passwords from the keyring"),
        "status": Text("tell which are kept, not what they are"),
    }
    for action, text in about.items():
        sub = actions.add_parser(action, help=str(text), allow_abbrev=False)
        add_profile(sub)
        if action != "status":
            sub.add_argument(
                "which", nargs="?", choices=tuple(NAMES), metavar="WHICH",
                help=str(Text("vcenter, root, dataplane or ca-key; default: all that are needed")),
            )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Set, forget or list what is kept for the profile."""
    from core.profile.document import load_profile
    from core.secrets import KeyringStore, needed_secrets

    profile = load_profile(args.profile).profile
    store = KeyringStore()
    if args.action == "status":
        _show_status(profile, store)
    elif args.action == "forget":
        names = (NAMES[args.which],) if args.which else tuple(NAMES.values())
        for name in names:
            store.forget(ref_for(profile, name))
            print(Text("{label}: removed from the keyring.", label=_spec(name).label))
    elif args.which:
        _keep(profile, store, NAMES[args.which])
    elif sys.stdin.isatty():
        for name in needed_secrets(profile):
            _keep(profile, store, name)
    else:
        raise AppError(
            Text("From a pipe one password is read, and it is not said which."),
            Text("Add vcenter, root, dataplane or ca-key at the end."),
        )
    return 0


def _spec(name: str) -> FieldSpec:
    return SECRET_FIELDS[f"secrets.{name}"]


def _keep(profile: Profile, store: SecretStore, name: str) -> None:
    spec = _spec(name)
    store.get(ref_for(profile, name))  # a keyring that cannot be used is said before one types
    secret = _read(spec)
    while secret and name != "ca_key" and (problems := _problems(spec, secret)):
        error = InvalidInput(problems, Text("{label}: this one cannot be used.", label=spec.label))
        if not sys.stdin.isatty():
            raise error
        output.print_error(error)
        secret = _read(spec)
    if not secret:
        print(Text("{label}: nothing given, nothing changed.", label=spec.label))
        return
    if name == "ca_key":
        secret = _decrypted(secret)
    store.set(ref_for(profile, name), secret)
    print(Text("{label}: kept in the keyring.", label=spec.label))


def _problems(spec: FieldSpec, secret: str) -> list[Finding]:
    """What keeps a password from being used; with what else there is to say of it."""
    found = list(spec.check(spec.key, secret)) if spec.check else []
    return found if has_errors(found) else []


def _decrypted(key: str) -> str:
    """The CA key without its own encryption: the keyring has another, the appliance takes none.

    The passphrase is asked for, or comes from the environment (F4).

    Raises:
        CertificateError: it is no key, or the passphrase does not open it.
    """
    passphrase = read_variable(os.environ, PASSPHRASE)
    try:
        return private_key_pem(key, passphrase)
    except KeyEncrypted as error:
        if passphrase:
            raise
        if not sys.stdin.isatty():
            advice = Text(
                "Give its passphrase in the environment variable {variable}, or run in a terminal "
                "to be asked.",
                variable=PASSPHRASE,
            )
            raise KeyEncrypted(error.what, advice) from error
    while True:
        typed = getpass.getpass(str(Text("Passphrase of the key: ")), sys.stderr)
        try:
            return private_key_pem(key, typed)
        except KeyEncrypted as error:
            if not typed:
                raise
            output.print_error(error)


def _read(spec: FieldSpec) -> str:
    """One secret from the terminal or a pipe; a key, which nobody can type, from its file."""
    if not sys.stdin.isatty():
        piped = sys.stdin.read(_KEY_LIMIT)
        return piped if spec.name == "ca_key" else piped.removesuffix("\n").removesuffix("\r")
    if spec.name != "ca_key":
        return ask_secret(spec)
    print(Text("File with the private key: "), end="", flush=True, file=sys.stderr)
    path = Path(sys.stdin.readline().strip()).expanduser()
    if path == Path():
        return ""
    try:
        with path.open(encoding="ascii") as stream:
            return stream.read(_KEY_LIMIT)
    except UnicodeDecodeError:
        raise FileError(
            Text("{path} is no PEM file.", path=path), Text("Convert the key to PEM first.")
        ) from None
    except OSError as error:
        raise FileError(
            Text("{path} cannot be read: {reason}.", path=path, reason=error.strerror),
            Text("Check the path."),
        ) from error


def _show_status(profile: Profile, store: SecretStore) -> None:
    for name, variable in VARIABLES.items():
        if os.environ.get(variable):
            state = Text("set in the environment ({variable})", variable=variable)
        elif store.get(ref_for(profile, name)) is not None:
            state = Text("kept in the keyring")
        else:
            state = Text("not set")
        print(f"{_spec(name).label}: {state}")
