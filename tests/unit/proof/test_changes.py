"""The record of the last proof, and what is said when something is no longer as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from core.findings import RULES
from core.proof.changes import find_changes, find_expiry
from core.proof.record import Record, read_record, record_path, write_record
from core.vsphere.trust import fingerprint
from tests.fakes.dataplane import make_pki
from tests.unit.proof.test_guest_checks import GOOD, PKI, case_for

BEFORE = Record(
    at="2026-01-02T03:04:05+00:00", proven=True, machine="vm-1",
    authority=fingerprint(PKI.authority), certificate="", version="v2.1.0",
)  # fmt: skip


def case(**values: object):
    made = case_for(GOOD)
    made.authority, made.version = PKI.authority, "v2.1.0"
    for name, value in values.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, []),
        ({"authority": ""}, []),
        ({"version": ""}, []),
        ({"authority": make_pki(("x", "192.0.2.1")).authority}, ["proof-ca-changed"]),
        ({"moid": "vm-9"}, ["proof-machine-changed"]),
        ({"version": "v2.9.0"}, ["proof-version-changed"]),
    ],
)
def test_what_is_no_longer_as_at_the_last_proof(values, codes) -> None:
    findings = list(find_changes(case(**values), BEFORE))
    assert [finding.code for finding in findings] == codes
    assert all(BEFORE.at in str(finding.what) for finding in findings)


def test_the_first_proof_has_nothing_to_compare_with() -> None:
    assert list(find_changes(case(), None)) == []


@pytest.mark.parametrize(("days", "count"), [(3650, 0), (61, 0), (59, 2), (1, 2)])
def test_certificates_that_end_soon(days: int, count: int) -> None:
    made = case(certificate=PKI.certificate)
    now = datetime.now(UTC) + timedelta(days=3650 - days)
    assert len(list(find_expiry(made, now))) == count


def test_a_record_is_read_as_it_was_written() -> None:
    write_record("lab-1", BEFORE)
    assert read_record("lab-1") == BEFORE
    path = record_path("lab-1")
    assert path is not None
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"schema": 2}', '{"schema": 1, "at": 3}', "\0"]
)
def test_a_record_that_cannot_be_read_counts_as_none(content: str) -> None:
    write_record("damaged", BEFORE)
    path = record_path("damaged")
    assert path is not None
    path.write_text(content, "utf-8")
    assert read_record("damaged") is None


@pytest.mark.parametrize("profile_id", ["", "../../etc/passwd", "a/b", "a" * 65, "ü"])
def test_an_id_that_is_no_file_name_is_not_remembered(profile_id: str) -> None:
    assert record_path(profile_id) is None
    write_record(profile_id, BEFORE)
    assert read_record(profile_id) is None


def test_a_record_has_no_place_for_a_secret() -> None:
    write_record("lab-2", replace(BEFORE, proven=False))
    path = record_path("lab-2")
    assert path is not None
    assert set(json.loads(path.read_text("utf-8"))) == {
        "schema", "at", "proven", "machine", "authority", "certificate", "version",
        "vcenter",
    }  # fmt: skip


def test_every_diagnosis_has_a_cause_and_a_cure() -> None:
    own = {code: rule for code, rule in RULES.items() if code.startswith("proof-")}
    assert len(own) >= 20
    for rule in own.values():
        assert str(rule.cause)
        assert str(rule.cure)
        assert str(rule.cause) != str(rule.cure)
