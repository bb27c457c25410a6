"""Asks for a secret in a terminal, without showing it; never where nobody can answer."""

from __future__ import annotations

import getpass
import sys

from core.fields import FieldSpec
from core.secrets.resolve import Prompt
from core.text import Text

_NEW = ("root_password", "dataplane_password")


def terminal_prompt() -> Prompt | None:
    """The question for ``resolve_secrets``, or None when standard input is no terminal."""
    return ask_secret if sys.stdin is not None and sys.stdin.isatty() else None


def ask_secret(spec: FieldSpec) -> str:
    """Ask for one secret; a password that is set for the first time is asked for twice.

    A private key has many lines and cannot be typed: it counts as not given.
    """
    if spec.name == "ca_key":
        return ""
    while True:
        try:
            secret = getpass.getpass(f"{spec.label}: ", sys.stderr)
            if not secret or spec.name not in _NEW:
                return secret
            again = getpass.getpass(str(Text("{label} again: ", label=spec.label)), sys.stderr)
        except EOFError:
            return ""
        if again == secret:
            return secret
        print(Text("The two differ. Once more, please."), file=sys.stderr)
