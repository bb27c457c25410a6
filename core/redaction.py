"""Keeps secrets out of logs: a filter that knows the ones in use and blots them out."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import threading
import traceback
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from core.profile.model import SECRETS, Secrets

BLOT = "********"

_LONG_ENOUGH = 4  # shorter ones are blotted only as whole words: "a" is in every sentence


class Redactor:
    """Replaces the secrets it was told about, in every form they take in messages."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._typed: dict[str, set[str]] = {}
        self._pattern: re.Pattern[str] | None = None
        self._is_stale = False
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} forms)"

    def hide(self, secrets: Secrets | Iterable[str]) -> None:
        """Hide these from now on; empty ones do not count."""
        if isinstance(secrets, Secrets):
            secrets = [getattr(secrets, spec.name) for spec in SECRETS.fields]
        with self._lock:
            for secret in secrets:
                self._forms.update(_forms(secret))
            self._is_stale = True

    def hide_typed(self, place: str, secret: str) -> None:
        """Hide what stands in an input, instead of what stood there before.

        What is typed passes through every beginning of a password, "a" and "admin" among them:
        kept hidden, those would blot out innocent words, and show how the password begins.
        """
        with self._lock:
            self._typed[place] = _forms(secret)
            self._is_stale = True

    def redact(self, text: str) -> str:
        """``text`` without any of them."""
        if self._is_stale:
            with self._lock:
                self._pattern = _pattern(self._forms.union(*self._typed.values()))
                self._is_stale = False
        pattern = self._pattern
        return pattern.sub(BLOT, text) if pattern else text


class RedactingFilter(logging.Filter):
    """Put on handlers: a filter on a logger would not see what child loggers pass up."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Blot out secrets in message, arguments, exception and stack; never drops a record."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = f"{record.msg} {record.args}"  # a wrong format must not leak either
        record.msg, record.args = self._redactor.redact(message), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self._redactor.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.redact(record.stack_info)
        return True


REDACTOR = Redactor()
"""The one of this process: whoever gets hold of a secret tells it."""


def _forms(secret: str) -> set[str]:
    """A secret as it may appear: as is, quoted for JSON, XML, URLs, reprs, in base64."""
    if not secret:
        return set()
    pieces = {secret}
    if "\n" in secret:  # a key in PEM is often shown line by line
        lines = (line.strip() for line in secret.splitlines())
        pieces |= {line for line in lines if len(line) >= 16 and not line.startswith("-----")}
    forms = set()
    for piece in pieces:
        forms |= {
            piece,
            json.dumps(piece)[1:-1],
            json.dumps(piece, ensure_ascii=False)[1:-1],
            repr(piece)[1:-1],
            html.escape(piece),
            html.escape(piece, quote=False),
            quote(piece, safe=""),
            quote_plus(piece),
            base64.b64encode(piece.encode("utf-8", "surrogatepass")).decode("ascii"),
        }
    return forms


def _pattern(forms: set[str]) -> re.Pattern[str] | None:
    if not forms:
        return None
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile(
        "|".join(
            re.escape(form) if len(form) >= _LONG_ENOUGH else rf"(?<!\w){re.escape(form)}(?!\w)"
            for form in longest_first
        )
    )
