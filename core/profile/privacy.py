"""What must not stand in a profile: names that promise a secret, values that are one."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?s?([_\-. ]|$)|password|passwd|passphrase|(^|[_\-. ])pwd|pwd$|secret"
    r"|credential|token|private|api[_\-. ]?key|(ca|cert|cert_|tls|ssl|root)[_\-. ]?key$|^key$"
    r"|パスワード|秘密",
    re.IGNORECASE,
)
_PRIVATE_KEY = re.compile(r"PRIVATE\s+KEY-{2,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/=_\-\s]{64,}")


def is_secret_name(name: str) -> bool:
    """Whether a key of this name looks like the place of a password or private key."""
    return _SECRET_NAME.search(name) is not None


def holds_private_key(value: Any) -> bool:
    """Whether a value, or one inside it, is PEM of a private key, as is or in base64."""
    if isinstance(value, str):
        return _is_private_key(value)
    if isinstance(value, dict):
        return any(holds_private_key(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(holds_private_key(item) for item in value)
    return False


def _is_private_key(text: str) -> bool:
    if len(text) < 64:
        return False
    if _PRIVATE_KEY.search(text):
        return True
    if not _BASE64.fullmatch(text):
        return False
    try:
        decoded = base64.b64decode("".join(text.split()), validate=False)
    except (binascii.Error, ValueError):
        return False
    return _PRIVATE_KEY.search(decoded.decode("latin-1")) is not None
