"""The blocks of which certificates and keys are made as text, in whatever form they come.

Nothing here needs ``cryptography``: connecting reads certificates too, and loading that takes
longer than logging in.
"""

from __future__ import annotations

import base64
import binascii
import re

_BLOCK = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]+)-----(?P<body>.*?)-----END (?P=label)-----", re.DOTALL
)
_CERTIFICATE = re.compile(
    r"-----BEGIN (?P<label>(?:X509 )?CERTIFICATE)-----(?P<body>.*?)"
    r"(?:(?P<end>-----END (?P=label)-----)|(?=-----BEGIN )|\Z)",
    re.DOTALL,
)


def plain(data: str | bytes) -> bytes:
    """The data without a base64 layer, a byte order mark and UTF-16."""
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raw = raw.decode("utf-16", "replace").encode("utf-8")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"-----BEGIN" in raw or raw.startswith(b"\x30\x82"):
        return raw
    found = _decoded(raw.decode("latin-1"))
    return found if found else raw


def blocks(data: bytes) -> list[tuple[str, str]]:
    """Label and body of each block, of what ``plain`` gives."""
    text = data.decode("latin-1")
    return [(match["label"], match["body"]) for match in _BLOCK.finditer(text)]


def certificate_ders(data: str | bytes) -> tuple[bytes, ...]:
    """The certificates as DER, in their order; b"" in the place of one that is cut off or damaged.

    What is not empty need not be a certificate: only the form was looked at.
    """
    raw = plain(data)
    found = tuple(_CERTIFICATE.finditer(raw.decode("latin-1")))
    if found:
        return tuple((_decoded(one["body"]) or b"") if one["end"] else b"" for one in found)
    return (raw,) if raw.startswith(b"\x30") and not blocks(raw) else ()


def _decoded(body: str) -> bytes | None:
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
