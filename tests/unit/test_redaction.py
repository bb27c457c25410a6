"""No secret in a log, whatever form it takes."""

from __future__ import annotations

import io
import json
import logging
import urllib.parse

import pytest

from core.background.connection import Login
from core.background.deploying import Request
from core.logs import start_log, stop_log
from core.profile.model import Profile, Secrets, VCenterSettings
from core.redaction import BLOT, REDACTOR, RedactingFilter, Redactor

SECRET = "p<&>\"ä s'w\\rd"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nsecondlinesecondline\n-----END"


@pytest.fixture
def redactor():
    redactor = Redactor()
    redactor.hide(Secrets(root_password=SECRET, ca_key=KEY))
    redactor.hide(["ab", "", "pass-phrase-2"])
    return redactor


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        repr(SECRET)[1:-1],
        urllib.parse.quote(SECRET, safe=""),
        urllib.parse.quote_plus(SECRET),
        "p&lt;&amp;&gt;\"ä s'w\\rd",
        "p&lt;&amp;&gt;&quot;ä s&#x27;w\\rd",
        "cDwmPiLDpCBzJ3dccmQ=",
        "MIIEvQIBADANBgkqhkiG9w0",
        "secondlinesecondline",
        repr(KEY),
        "pass-phrase-2",
        "ab",
    ],
)
def test_every_form_is_blotted_out(redactor, form):
    redacted = redactor.redact(f"before {form} after")
    assert form not in redacted
    assert BLOT in redacted
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")


def test_a_short_secret_spoils_no_other_word(redactor):
    assert redactor.redact("about the lab") == "about the lab"


def test_the_beginnings_of_what_is_typed_are_no_secrets(redactor):
    typed = "administrator-1"
    for length in range(1, len(typed) + 1):
        redactor.hide_typed("password", typed[:length])
    line = "the user administrator on the admin host"
    assert redactor.redact(line) == line
    assert redactor.redact(f"log in with {typed}") == f"log in with {BLOT}"


def test_each_place_hides_what_stands_in_it_now(redactor):
    redactor.hide_typed("password", "first-try-1")
    redactor.hide_typed("other", "second-field-2")
    redactor.hide_typed("password", "")
    assert redactor.redact("first-try-1 second-field-2") == f"first-try-1 {BLOT}"


def test_what_was_in_use_stays_hidden_whatever_is_typed_over_it():
    REDACTOR.hide_typed("password", "used-password-1")
    Login(VCenterSettings("vc.lab.example", 443, "admin", ""), "used-password-1")
    Request(Profile(), Secrets(root_password="used-root-password"))
    REDACTOR.hide_typed("password", "x")
    said = REDACTOR.redact("used-password-1, used-root-password")
    assert said == f"{BLOT}, {BLOT}"


def test_nothing_shows_in_the_redactor(redactor):
    assert SECRET not in repr(redactor)
    assert Redactor().redact("x") == "x"


def logged(redactor, log):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter(redactor))
    logger = logging.Logger("alone")  # noqa: LOG001 - no other handler sees the records
    logger.addHandler(handler)
    log(logger)
    return stream.getvalue()


def _fail(logger):
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise RuntimeError("other") from error
    except RuntimeError:
        logger.exception("it failed")


@pytest.mark.parametrize(
    "log",
    [
        lambda logger: logger.error("it is %s", SECRET),
        lambda logger: logger.error("it is %(a)s", {"a": SECRET}),
        lambda logger: logger.error("it is %r", [SECRET]),
        lambda logger: logger.error(SECRET),
        lambda logger: logger.error("it is %d", SECRET),
        _fail,
    ],
)
def test_a_record_is_cleaned_everywhere(redactor, log):
    text = logged(redactor, log)
    assert BLOT in text
    assert SECRET not in text
    assert "w\\\\rd" not in text


@pytest.mark.expects_log
def test_the_log_file_is_private_and_clean(tmp_path, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "level", logging.getLogger().level)
    REDACTOR.hide(["hunter2hunter2"])
    path = start_log(tmp_path / "logs")
    try:
        assert start_log(tmp_path / "other") == path
        logging.getLogger("core.x").error("password %s", "hunter2hunter2")
    finally:
        stop_log()
    assert path.read_text().endswith(f"Z ERROR   core.x: password {BLOT}\n")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path):
    (tmp_path / "file").touch()
    assert start_log(tmp_path / "file") is None
