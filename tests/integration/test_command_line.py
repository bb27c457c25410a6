"""What the subcommands say and ask around a simulated vCenter, as one types them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from core.checks.live.probing import Answer, Endpoint
from core.cli.main import main
from core.logs import stop_log
from tests.fakes.vcenter import Peer

pytestmark = pytest.mark.simulator


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    stop_log()


class Knocker:
    """A prober that nobody answers, and that counts whom it asked."""

    def __init__(self) -> None:
        self.asked: list[Endpoint] = []

    def probe(self, endpoints: Iterable[Endpoint], limit_s: float) -> Mapping[Endpoint, Answer]:
        asked = list(endpoints)
        self.asked += asked
        return dict.fromkeys(asked, Answer.SILENT)


def test_no_probes_keeps_the_plan_from_knocking(
    practice: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in practice.environment.items():
        monkeypatch.setenv(name, value)
    knocker = Knocker()
    monkeypatch.setattr("core.plan.plan.prober_for", lambda _: knocker)
    path = str(practice.write(practice.profile()))
    assert main(["plan", path, "--no-probes"]) == 2
    assert main(["deploy", path, "--no-probes"]) == 1, "nobody there to agree"
    assert knocker.asked == []
    assert main(["plan", path]) == 1, "no host answers"
    assert "192.168.110.20" in {endpoint.host for endpoint in knocker.asked}


def test_the_sheet_of_what_is_not_there_says_so(practice: Peer) -> None:
    path = str(practice.write(practice.profile()))
    done = practice.run("handoff", path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("warning: Not deployed: there is no haproxy on ")
    assert "**Not deployed: " in done.stdout
    offline = practice.run("handoff", path, "--offline", "--format", "json")
    assert offline.stderr.startswith("warning: Not checked: ")
    practice.deploy(Path(path))
    there = practice.run("handoff", path)
    assert (there.returncode, there.stderr) == (0, "")
    assert "Not deployed" not in there.stdout


def test_a_file_is_replaced_only_with_leave(practice: Peer) -> None:
    path, sheet = str(practice.write(practice.profile())), practice.folder / "sheet.md"
    sheet.write_text("mine", "utf-8")
    flags = ("handoff", path, "--offline", "-o", str(sheet))
    refused = practice.run(*flags)
    assert refused.returncode == 1
    assert "Give --force" in refused.stderr
    assert sheet.read_text("utf-8") == "mine"
    assert practice.run(*flags, "--force").returncode == 0
    assert sheet.read_text("utf-8").startswith("# ")


def test_a_device_is_written_to_and_not_replaced(practice: Peer) -> None:
    path = str(practice.write(practice.profile()))
    done = practice.run("handoff", path, "--offline", "-o", "/dev/stdout")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# ")


def test_a_copy_is_refused_before_anybody_is_asked(practice: Peer) -> None:
    original = practice.write(practice.profile())
    assert practice.deploy(original).returncode == 0
    copy = original.with_name("copy.yaml")
    text = original.read_text("utf-8")
    copy.write_text(text.replace("name: haproxy\n", "name: second\n"), "utf-8")
    for command in ("deploy", "redeploy"):
        done = practice.run(command, str(copy))
        assert done.returncode == 1
        assert "is a copy of" in done.stderr
        assert "Nobody can be asked" not in done.stderr
        assert done.stdout == ""


def test_with_nothing_replaced_it_is_said(practice: Peer) -> None:
    path = practice.write(practice.profile())
    assert practice.deploy(path).returncode == 0
    back = practice.run("redeploy", str(path), "--roll-back", "--yes")
    assert (back.returncode, back.stderr) == (0, "")
    assert "Nothing to put back: no replaced appliance is there." in back.stdout
    accepted = practice.run("accept", str(path), "--yes")
    assert (accepted.returncode, accepted.stderr) == (0, "")
    assert "Nothing to remove: no replaced appliance is there." in accepted.stdout
