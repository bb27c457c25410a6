"""The hand-off against simulated vCenters; its govc script makes what a deployment makes."""

from __future__ import annotations

import html
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from core.profile.model import FILE, LIBRARY
from tests.fakes.dataplane import make_pki
from tests.fakes.vcenter import (
    DATAPLANE_PASSWORD,
    ROOT_PASSWORD,
    USER,
    Peer,
    practice_peer,
    stock_peer,
)

pytestmark = pytest.mark.simulator

PKI = make_pki(("haproxy.local", "192.168.110.20"))
TEXT_FORMATS = ("markdown", "html", "json", "json-cluster", "json-supervisor", "govc", "powercli")


@pytest.fixture(scope="module")
def lab(tools):
    """A practice vCenter with a deployed appliance that has published its CA."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
        with practice_peer(tools.govc) as peer:
            deployed = peer.deploy(peer.write(peer.profile("frontend")))
            assert deployed.returncode == 0, deployed.stderr
            peer.govc(
                "vm.change", "-vm", "haproxy",
                "-e", f"guestinfo.dataplaneapi.cacert={PKI.published}",
            )  # fmt: skip
            yield peer


def handoff(peer: Peer, *flags: str) -> str:
    done = peer.run("handoff", str(peer.write(peer.profile("frontend"))), *flags)
    assert done.returncode == 0, done.stderr
    return done.stdout


def object_ids(peer: Peer, kind: str) -> dict[str, str]:
    """Name and object id of everything of a kind, as govc sees it."""
    found = {}
    for path in peer.find(kind):
        reference = peer.govc("find", "-i", "-maxdepth", "0", path).strip()
        found[path.rpartition("/")[2]] = reference.partition(":")[2]
    return found


def test_the_sheet_has_the_vcenters_own_ids(lab: Peer) -> None:
    values = json.loads(handoff(lab, "--format", "json"))["values"]
    groups, clusters = object_ids(lab, "g"), object_ids(lab, "c")
    for number in (1, 2, 3):
        assert values[f"port_group_{number}_id"] == groups[values[f"port_group_{number}"]]
    assert values["workload_network_id"] == groups["Primary Workload Network"]
    assert values["frontend_network_id"] == groups["Frontend Network"]
    assert values["cluster_id"] == clusters["Supervisor-Cluster"]
    assert values["vm_id"] == object_ids(lab, "m")["haproxy"]
    assert values["ca_certificate"].split() == PKI.authority.split()
    assert values["endpoint"] == "192.168.110.20:5556"


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("form", ["markdown", "html"])
def test_the_sheet_in_both_languages_has_every_value(lab: Peer, form: str, language: str) -> None:
    values = json.loads(handoff(lab, "--format", "json"))["values"]
    sheet = html.unescape(handoff(lab, "--format", form, "--language", language))
    for value in filter(None, values.values()):
        assert [line for line in value.splitlines() if line not in sheet] == []


def test_the_bodies_name_the_same_port_group_and_ca(lab: Peer) -> None:
    cluster = json.loads(handoff(lab, "--format", "json-cluster"))
    supervisor = json.loads(handoff(lab, "--format", "json-supervisor"))
    network = cluster["workload_networks_spec"]["supervisor_primary_workload_network"]
    group = object_ids(lab, "g")["Primary Workload Network"]
    assert network["vsphere_network"]["portgroup"] == group
    assert supervisor["workloads"]["network"]["vsphere"]["dvpg"] == group
    haproxy = cluster["load_balancer_config_spec"]["ha_proxy_config_create_spec"]
    assert haproxy == supervisor["workloads"]["edge"]["haproxy"]
    assert haproxy["certificate_authority_chain"].split() == PKI.authority.split()
    assert set(haproxy) == {"servers", "username", "certificate_authority_chain"}


def test_no_secret_in_any_form_unless_asked(lab: Peer) -> None:
    for form in TEXT_FORMATS:
        said = handoff(lab, "--format", form)
        assert not [s for s in (DATAPLANE_PASSWORD, ROOT_PASSWORD, lab.password) if s in said], form
    asked = handoff(lab, "--format", "json-cluster", "--with-password")
    body = json.loads(asked)["load_balancer_config_spec"]["ha_proxy_config_create_spec"]
    assert body["password"] == DATAPLANE_PASSWORD
    assert ROOT_PASSWORD not in asked


def test_a_file_is_for_its_owner_only(lab: Peer) -> None:
    target = lab.folder / "sheet.json"
    assert handoff(lab, "--format", "json", "--with-password", "--output", str(target)) == ""
    assert json.loads(target.read_text("utf-8"))["values"]["password"] == DATAPLANE_PASSWORD
    assert target.stat().st_mode & 0o077 == 0
    script = lab.folder / "deploy.sh"
    handoff(lab, "--format", "govc", "--output", str(script))
    assert os.access(script, os.X_OK)


def test_offline_the_vcenter_is_not_asked(lab: Peer) -> None:
    path = lab.write(lab.profile("frontend", vcenter={"address": "vcenter.invalid"}))
    done = lab.run("handoff", str(path), "--offline", "--format", "json")
    assert done.returncode == 0, done.stderr
    values = json.loads(done.stdout)["values"]
    assert (values["cluster_id"], values["ca_certificate"]) == (None, None)
    assert values["range_1_cidr"] == "192.168.130.128/25"


def test_a_range_with_the_gateway_is_refused(lab: Peer) -> None:
    profile = lab.profile("frontend", load_balancing={"ranges": ("192.168.130.0/25",)})
    done = lab.run("handoff", str(lab.write(profile)), "--offline")
    assert (done.returncode, done.stdout) == (1, "")
    assert "192.168.130.1" in done.stderr


# --- The govc script, run -----------------------------------------------------------------


@pytest.mark.parametrize("source", [FILE, LIBRARY])
@pytest.mark.parametrize("topology", ["default", "frontend"])
def test_the_govc_script_makes_the_same_objects(
    tools, tmp_path: Path, topology: str, source: str
) -> None:
    """One stock vcsim is deployed to by us, another by the script; then they are compared."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
    with (
        stock_peer(tools.vcsim, tools.govc, ours) as deployed,
        stock_peer(tools.vcsim, tools.govc, theirs) as scripted,
    ):
        profile = deployed.profile(topology, source)
        path = deployed.write(profile)
        made = deployed.deploy(path)
        assert made.returncode == 0, made.stderr
        script = deployed.run("handoff", str(path), "--format", "govc")
        assert script.returncode == 0, script.stderr
        run_script(script.stdout, scripted, tools.govc)
        assert inventory(scripted) == inventory(deployed)


def run_script(script: str, peer: Peer, govc: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", script],
        env={
            "PATH": f"{govc.parent}:{os.environ['PATH']}",
            "HOME": str(peer.folder),
            "GOVC_URL": f"https://{peer.address}:{peer.port}/sdk",
            "GOVC_USERNAME": USER,
            "GOVC_PASSWORD": peer.password,
            "GOVC_INSECURE": "1",
            "GOVC_PERSIST_SESSION": "false",
            "ROOT_PASSWORD": ROOT_PASSWORD,
            "DATAPLANE_PASSWORD": DATAPLANE_PASSWORD,
        },
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def inventory(peer: Peer) -> dict[str, Any]:
    """Switch, port groups, members and machine, without the ids and our own mark."""
    groups = {}
    for path in peer.find("g"):
        if "-DVUplinks-" in path or "/DVS0" in path or path.endswith("_DVPG0"):
            continue
        spec = collected(peer, path, "config")
        vlan = spec["defaultPortConfig"]["vlan"]["vlanId"]
        groups[path] = (vlan, spec["type"], spec["autoExpand"], spec["numPorts"])
    machine = peer.machine()
    config = machine["config"]
    extra = {option["key"]: option["value"] for option in config["extraConfig"]}
    cards = [d for d in config["hardware"]["device"] if "macAddress" in d]
    return {
        "switches": peer.find("w"),
        "version": collected(peer, switch(peer), "summary.productInfo.version"),
        "mtu": collected(peer, switch(peer), "config.maxMtu"),
        "members": len(collected(peer, switch(peer), "summary.hostMember")),
        "groups": groups,
        "machines": peer.find("m"),
        "properties": {
            f"{p['classId']}.{p['id']}": p.get("value") or ""
            for p in config["vAppConfig"]["property"]
            if p.get("classId")
        },
        "first boot": extra["guest_rpc.auth.cloud-init.set"],
        "power": machine["runtime"]["powerState"],
        "networks": [network(peer, card) for card in sorted(cards, key=lambda d: d["key"])],
    }


def switch(peer: Peer) -> str:
    return next(path for path in peer.find("w") if path.endswith("/workload-vds"))


def collected(peer: Peer, path: str, name: str) -> Any:
    value = json.loads(peer.govc("object.collect", "-json", path, name))[0]["val"]
    return value.get("_value", value) if isinstance(value, dict) else value


def network(peer: Peer, card: dict[str, Any]) -> str:
    backing = card["backing"]
    if "port" in backing:
        reference = f"DistributedVirtualPortgroup:{backing['port']['portgroupKey']}"
        return str(collected(peer, reference, "name"))
    return str(backing["deviceName"])
