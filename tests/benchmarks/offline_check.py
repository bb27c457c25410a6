"""The offline check of a whole profile, which the window does at each change."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from msgspec import structs

from core.checks.profile import check_profile
from core.profile.document import ProfileDocument
from core.profile.model import DEFAULT, FRONTEND, Profile, Secrets
from core.profile.template import sample_profile_text
from tests.benchmarks.appliance import DATAPLANE_PASSWORD, ROOT_PASSWORD
from tests.benchmarks.options import Options
from tests.benchmarks.report import WITHIN, BenchmarkBroken, Line, Result, Samples, limit
from tests.benchmarks.simulator import PASSWORD
from tests.fakes.certificates import make_certificate, make_key

TITLE = "Offline check of a whole profile, after import"
_LIMIT_MS = 5.0
_TIMES = 200


def measure(options: Options) -> Result:
    """Both topologies, without and with an own CA of RSA-2048."""
    lines = []
    with tempfile.TemporaryDirectory() as name:
        for topology in (DEFAULT, FRONTEND):
            plain = _profile(topology)
            lines.append(_line(f"{topology}", plain, Secrets()))
            with_ca, secrets = _with_authority(plain, Path(name))
            lines.append(_line(f"{topology}, with a CA and secrets", with_ca, secrets))
    return Result(tuple(lines))


def _line(what: str, profile: Profile, secrets: Secrets) -> Line:
    found = [finding for finding in check_profile(profile, secrets) if finding.is_error]
    if found and secrets.root_password:
        raise BenchmarkBroken(f"the profile to be checked is wrong: {found[0].what}")
    times = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        check_profile(profile, secrets)
        times.append((time.perf_counter() - started) * 1000)
    return Line(what, Samples(tuple(times), "ms"), "the limit", limit(_LIMIT_MS, "ms"), WITHIN)


def _profile(topology: str) -> Profile:
    text = sample_profile_text(
        topology, address="vcenter.lab.example", user="administrator@vsphere.local",
        ova_file="haproxy-v0.2.0.ova",
    )  # fmt: skip
    return ProfileDocument(text).profile


def _with_authority(profile: Profile, folder: Path) -> tuple[Profile, Secrets]:
    made = make_certificate("Benchmark CA", key=make_key("rsa"))
    key = folder / "ca.key"
    key.write_text(made.key_pem, "utf-8")
    appliance = structs.replace(profile.appliance, ca_certificate=made.pem, ca_key_file=str(key))
    secrets = Secrets(PASSWORD, ROOT_PASSWORD, DATAPLANE_PASSWORD)
    return structs.replace(profile, appliance=appliance), secrets
