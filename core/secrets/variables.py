"""Secrets from environment variables, which may hold anything: looked at where they are read."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from core.errors import SecretStoreError
from core.text import Text

VARIABLES = {
    "vcenter_password": "HAPROXY_SETUP_VCENTER_PASSWORD",
    "root_password": "HAPROXY_SETUP_ROOT_PASSWORD",
    "dataplane_password": "HAPROXY_SETUP_DATAPLANE_PASSWORD",
    "ca_key": "HAPROXY_SETUP_CA_KEY",
}
"""Field of ``Secrets`` -> the environment variable that gives it."""

PASSPHRASE = "HAPROXY_SETUP_CA_KEY_PASSPHRASE"
"""The variable with what opens an encrypted CA key."""

_LINES = "\t\r\n"


class VariableUnusable(SecretStoreError):
    """An environment variable holds what no password can be; names it, never its value."""

    code = "variable-unusable"


def read_variable(environ: Mapping[str, str], variable: str) -> str:
    """The secret in an environment variable, "" without one.

    Raises:
        VariableUnusable: it holds bytes that are no text, or control characters. XML, which
            carries them to vCenter, has neither.
    """
    secret = environ.get(variable, "")
    if any("\ud800" <= character <= "\udfff" for character in secret):  # how Python keeps bytes
        raise VariableUnusable(
            Text("{variable} holds bytes that are no text here.", variable=variable),
            Text("Set it again, encoded as the system's locale has it (mostly UTF-8)."),
        )
    may_hold = _LINES if variable == VARIABLES["ca_key"] else ""
    if any(unicodedata.category(c) == "Cc" and c not in may_hold for c in secret):
        raise VariableUnusable(
            Text("{variable} holds a control character.", variable=variable),
            Text("Set it again without line breaks, tabs and other invisible characters."),
        )
    return secret
