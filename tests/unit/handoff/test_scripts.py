"""The scripts: what is in them, and that no value can break out of its quotes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.handoff.govc_script import render_govc
from core.handoff.places import Places
from core.handoff.powercli_script import render_powercli
from core.profile.model import PortGroup
from tests.fakes.vcenter import changed
from tests.unit.handoff.samples import AUTHORITY, connected, offline

NASTY = [
    "it's", 'a "b"', "$(touch /tmp/x)", "`id`", "a\\b", "50 %", "ü ネット", "x; rm -rf /",
    "${HOME}",
]  # fmt: skip
bash = pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")


def run_script(text: str, folder: Path, **environment: str) -> list[dict[str, object]]:
    """Run a govc script with a govc that writes down its arguments and what it is given."""
    calls = folder / "calls"
    calls.mkdir(exist_ok=True)
    fake = folder / "govc"
    # A shell script that is read back afterwards: fast, and it shares no quoting with the code.
    fake.write_text(
        f"#!/usr/bin/env bash\nnumber=$(ls {calls} | wc -l)\n"
        f'out=$(printf "%s/%03d" {calls} "$number")\n'
        'for word in "$@"; do printf "%s\\0" "$word"; done > "$out"\n'
        '[[ " $* " == *" -options "* ]] && { printf "\\0"; cat; } >> "$out"\nexit 0\n'
    )
    fake.chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", text],
        env={"PATH": f"{folder}:{os.environ['PATH']}", "GOVC_PASSWORD": "v", **environment},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [_read(path.read_text()) for path in sorted(calls.iterdir())]


def _read(text: str) -> dict[str, object]:
    arguments, _, given = text.partition("\0\0")
    return {"args": arguments.rstrip("\0").split("\0"), "given": given}


SECRETS = {"ROOT_PASSWORD": "r\"o\\o&t $e'c\tr", "DATAPLANE_PASSWORD": "d&p"}


@bash
def test_the_govc_script_says_what_was_done(tmp_path: Path) -> None:
    calls = run_script(render_govc(connected()), tmp_path, **SECRETS)
    verbs = [call["args"][0] for call in calls]  # type: ignore[index]
    assert verbs == [
        "dvs.create", *["dvs.portgroup.add"] * 3, *["dvs.add"] * 2, "import.ova", "vm.change",
        "vm.power",
    ]  # fmt: skip
    options = json.loads(str(calls[6]["given"]))
    assert options["Deployment"] == "frontend"
    assert [pair["Name"] for pair in options["NetworkMapping"]] == [
        "Management", "Workload", "Frontend",
    ]  # fmt: skip
    properties = {pair["Key"]: pair["Value"] for pair in options["PropertyMapping"]}
    assert properties["network.frontend_ip"] == "192.168.130.20/24"
    assert properties["appliance.root_pwd"] == SECRETS["ROOT_PASSWORD"]
    assert properties["loadbalance.haproxy_pwd"] == SECRETS["DATAPLANE_PASSWORD"]
    assert calls[7]["args"][-1] == "guest_rpc.auth.cloud-init.set=FALSE"  # type: ignore[index]


@bash
@pytest.mark.parametrize("value", NASTY)
def test_no_name_breaks_out_of_the_govc_script(value: str, tmp_path: Path) -> None:
    source = connected()
    profile = changed(
        source.profile,
        switch={"name": value},
        vm={"name": value, "datastore": value, "storage_policy": value},
    )
    text = render_govc(connected().__class__(profile, "lb", source.ranges, "", source.found))
    calls = run_script(text, tmp_path, **SECRETS)
    stored = value.replace("%", "%25").replace("/", "%2f").replace("\\", "%5c")  # as vCenter does
    assert calls[0]["args"][-1] == stored  # type: ignore[index]
    assert calls[-1]["args"] == ["vm.power", "-on", stored]
    assert json.loads(str(calls[6]["given"]))["Name"] == stored


@bash
def test_from_a_library_the_item_is_deployed(tmp_path: Path) -> None:
    source = connected(
        "default",
        ova={"import_to_library": True, "library": "Templates", "item": "haproxy"},
    )
    calls = run_script(render_govc(source), tmp_path, **SECRETS)
    verbs = [call["args"][0] for call in calls]  # type: ignore[index]
    assert verbs[-4:] == ["library.import", "library.deploy", "vm.change", "vm.power"]
    deploy = calls[-3]["args"]
    assert deploy[-2:] == ["/Templates/haproxy", "haproxy"]  # type: ignore[index]
    assert "-profile" in deploy  # type: ignore[operator]


def test_a_file_left_in_the_profile_is_nothing_to_an_item() -> None:
    left = {"source": "library", "file": "left-over.ova", "import_to_library": True}
    source = connected("default", ova={**left, "library": "Templates", "item": "haproxy"})
    for text in (render_govc(source), render_powercli(source)):
        assert "left-over" not in text
        assert "library.import" not in text
    assert "$ova = Read-Host 'OVA'" in render_powercli(source)


@bash
def test_offline_the_script_finds_the_hosts_itself() -> None:
    text = render_govc(offline())
    assert "govc find /Lab-DC/host/Supervisor-Cluster -type h" in text
    assert ': "${GOVC_DATASTORE:?}"' in text
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@bash
def test_an_own_ca_is_asked_for_by_file(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("no openssl here")
    from tests.fakes.certificates import key_pem, make_key

    (tmp_path / "ca.key").write_text(key_pem(make_key("rsa"), "traditional"))
    source = connected(appliance={"ca_certificate": AUTHORITY, "ca_key_file": "ca.key"})
    calls = run_script(render_govc(source), tmp_path, CA_KEY_FILE="ca.key", **SECRETS)
    given = json.loads(str(calls[-3]["given"]))
    properties = {pair["Key"]: pair["Value"] for pair in given["PropertyMapping"]}
    assert properties["appliance.ca_cert_key"].startswith("-----BEGIN PRIVATE KEY----- ")  # F4
    assert "\n" not in properties["appliance.ca_cert_key"]
    assert properties["appliance.ca_cert"].startswith("-----BEGIN CERTIFICATE----- ")


@pytest.mark.parametrize("render", [render_govc, render_powercli])
def test_what_was_there_already_is_not_made(render) -> None:
    groups = (
        PortGroup("primary-workload", "Primary Workload Network", None, "existing"),
        PortGroup("workload", "Further", 7),
    )
    text = render(connected("default", switch={"mode": "existing", "port_groups": groups}))
    assert "dvs.create" not in text
    assert "New-VDSwitch " not in text
    assert "Primary Workload Network was there already." in text
    assert text.count("Further") >= 1


def test_the_powercli_script_says_what_was_done() -> None:
    text = render_powercli(connected())
    for expected in (
        "New-VDSwitch -Location $datacenter -Name 'workload-vds' -Version '7.0.0' -Mtu 1500",
        "-Name 'Frontend Network' -PortBinding Static -NumPorts 8 -VlanId 130",
        "Get-VMHost -Location $cluster -Name 'esx-02.lab.example'",
        "@('vmnic3', 'vmnic2')",
        "$ovf.DeploymentOption.Value = 'frontend'",
        "@('frontend_ip', '192.168.130.20/24')",  # F14
        "-Name 'guest_rpc.auth.cloud-init.set' -Value 'FALSE'",  # F1
        "Read-Host 'Root password' -AsSecureString",
    ):
        assert expected in text
    assert text.index("guest_rpc.auth") < text.index("Start-VM")
    assert "$ovf.network.frontend_ip" not in text


@pytest.mark.parametrize("value", [*NASTY, "‘curly’"])
def test_no_name_breaks_out_of_the_powercli_script(value: str) -> None:
    text = render_powercli(connected(switch={"name": value}))
    quoted = "".join(c * 2 if c in "'‘’‚‛" else c for c in value)
    assert f"-Name '{quoted}' -Version" in text


PLACES = {
    "switch": {"name": "vds/1", "datacenter": "Europe/50 % \\ DC"},
    "vm": {"folder": "/a/b%2fc/", "resource_pool": "Resources/50 %/x"},
    "deployment": {"management_network": "vds/1/net/7", "workload_network": "10.0.0.0/24"},
}


def test_offline_every_slash_of_a_place_is_a_level_and_none_of_a_network() -> None:
    text = render_govc(offline("default", **PLACES))
    root = "/Europe/50 %25 %5c DC"
    assert f"export GOVC_DATACENTER='{root}'" in text
    assert f"-folder '{root}/vm/a/b%2fc'" in text
    assert f"-pool '{root}/host/Supervisor-Cluster/Resources/50 %25/x'" in text
    assert '"Network": "net%2f7"' in text, "without the profile's own switch"
    assert '"Network": "10.0.0.0%2f24"' in text


def test_offline_powercli_names_the_last_level_as_people_write_it() -> None:
    text = render_powercli(offline("default", **PLACES))
    for line in (
        "Get-Datacenter -Name '50 % \\ DC'",
        "-Type VM -Name 'b/c'",
        "Get-ResourcePool -Location $cluster -Name 'x'",
        "$ovf.NetworkMapping.Management.Value = 'net/7'",
        "$ovf.NetworkMapping.Workload.Value = '10.0.0.0/24'",
    ):
        assert line in text


def test_what_the_vcenter_says_counts_more_than_how_it_is_written() -> None:
    source = connected("default", switch={"datacenter": "a/b \\ c"}, vm={"folder": "d/e"})
    places = Places("a%2fb %5c c", "d%2fe", "", (("Workload", "10.0.0.0/24"),))
    source = replace(source, found=replace(source.found, places=places))
    govc, powercli = render_govc(source), render_powercli(source)
    assert "-folder '/a%2fb %5c c/vm/d%2fe'" in govc
    assert "-pool '/a%2fb %5c c/host/Supervisor-Cluster/Resources'" in govc
    assert "Get-Datacenter -Name 'a/b \\ c'" in powercli
    assert "-Type VM -Name 'd/e'" in powercli
    assert "Value = '10.0.0.0/24'" in powercli
