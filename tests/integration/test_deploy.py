"""The main job on both simulators, read back by govc, in both topologies and from every source."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.profile.model import FILE, LIBRARY
from tests.fakes.ova import make_ova, sample_parts
from tests.fakes.vcenter import DATAPLANE_PASSWORD, IMPORT, ROOT_PASSWORD, Peer, changed

pytestmark = pytest.mark.simulator

GROUPS = {
    "default": {"Primary Workload Network": 120, "Workload Network": 121},
    "frontend": {"Primary Workload Network": 120, "Workload Network": 121, "Frontend Network": 130},
}
NETWORKS = {
    "default": ["VM Network", "Primary Workload Network"],
    "frontend": ["VM Network", "Primary Workload Network", "Frontend Network"],
}
PROPERTIES = {
    "appliance.permit_root_login": "True",
    "appliance.root_pwd": ROOT_PASSWORD,
    "network.hostname": "haproxy.local",
    "network.nameservers": "192.168.110.5",
    "network.management_ip": "192.168.110.20/24",
    "network.management_gateway": "192.168.110.1",
    "network.workload_ip": "192.168.120.20/24",
    "network.workload_gateway": "192.168.120.1",
    "loadbalance.dataplane_port": "5556",
    "loadbalance.haproxy_user": "admin",
    "loadbalance.haproxy_pwd": DATAPLANE_PASSWORD,
}
FRONTEND_PROPERTIES = {
    "network.frontend_ip": "192.168.130.20/24",
    "network.frontend_gateway": "192.168.130.1",
}
RANGES = {"default": "192.168.120.128/25", "frontend": "192.168.130.128/25"}


@pytest.mark.parametrize("source", [FILE, LIBRARY, IMPORT])
@pytest.mark.parametrize("topology", ["default", "frontend"])
def test_deploys_what_the_profile_says(peer: Peer, topology: str, source: str) -> None:
    path = peer.write(peer.profile(topology, source))
    machines_before = peer.find("m")

    planned = peer.run("plan", str(path), "--json")
    assert planned.returncode == 2, planned.stderr
    about_ova = [f for f in json.loads(planned.stdout)["findings"] if f["code"].startswith("ov")]
    assert about_ova == [], "nothing is wrong with the sample on either vCenter"
    assert peer.find("m") == machines_before, "a plan changes nothing"

    done = peer.deploy(path, "--json")
    assert done.returncode == 0, done.stderr
    assert [s["state"] for s in json.loads(done.stdout)["steps"]].count("done") >= 9

    check_switch(peer, topology)
    check_machine(peer, topology)
    assert len(peer.find("m")) == len(machines_before) + 1

    again = peer.deploy(path, "--json")
    assert again.returncode == 0, again.stderr
    report = json.loads(again.stdout)
    assert report["outcome"]["changed"] == 0
    checks = [step for step in report["steps"] if step["action"] == "check"]
    assert {step["action"] for step in report["steps"]} == {"present", "check"}
    assert {step["key"].partition("-")[0] for step in checks} == {"proof"}, "not proven so far"
    assert {step["state"] for step in checks} == {"skipped"}
    assert report["outcome"]["proof"] == {"proven": False, "at": None}
    assert peer.run("plan", str(path)).returncode == 0
    assert len(peer.find("m")) == len(machines_before) + 1


@pytest.mark.parametrize("source", [FILE, IMPORT])
def test_a_descriptor_with_a_byte_order_mark_and_no_manifest_is_deployed(
    peer: Peer, source: str
) -> None:
    ova = peer.folder / "marked.ova"
    make_ova(ova, descriptor=b"\xef\xbb\xbf" + sample_parts().descriptor, manifest=b"")
    profile = changed(peer.profile(source=source), ova={"file": str(ova)})
    done = peer.deploy(peer.write(profile))
    assert done.returncode == 0, done.stderr
    verified = done.stdout.partition("Read back from the vCenter:")[0]
    assert "The OVA has no manifest. Its SHA-256 is " in verified
    check_machine(peer, "default")


def check_switch(peer: Peer, topology: str) -> None:
    """The switch, its port groups and members, as govc sees them."""
    found = {}
    for name in GROUPS[topology]:
        path = next(p for p in peer.find("g") if p.endswith(f"/{name}"))
        spec = collected(peer, path, "config")
        found[name] = spec["defaultPortConfig"]["vlan"]["vlanId"]
        assert (spec["type"], spec["autoExpand"]) == ("earlyBinding", True)
    assert found == GROUPS[topology]
    assert len(collected(peer, switch_path(peer), "summary.hostMember")) == 3
    if peer.is_ours:
        check_uplinks(peer)


def check_uplinks(peer: Peer) -> None:
    """Each NIC sits on the uplink that the profile names: by the port vCenter gave it."""
    members = collected(peer, switch_path(peer), "config.host")
    nics = [
        [spec["pnicDevice"] for spec in member["config"]["backing"]["pnicSpec"]]
        for member in members
    ]
    assert nics == [["vmnic1", "vmnic2"]] * 3
    keys = [spec["uplinkPortKey"] for m in members for spec in m["config"]["backing"]["pnicSpec"]]
    assert len(set(keys)) == 6, "every NIC has an uplink port of its own"


def switch_path(peer: Peer) -> str:
    """The switch's inventory path."""
    return next(path for path in peer.find("w") if path.endswith("/workload-vds"))


def collected(peer: Peer, path: str, name: str) -> Any:
    """One property of an object, as govc gives it."""
    value = json.loads(peer.govc("object.collect", "-json", path, name))[0]["val"]
    return value.get("_value", value) if isinstance(value, dict) else value


def check_machine(peer: Peer, topology: str) -> None:
    """NICs, properties, settings and power, as govc sees them."""
    machine = peer.machine()
    config = machine["config"]
    properties = {
        f"{p['classId']}.{p['id']}": p.get("value")
        for p in config["vAppConfig"]["property"]
        if p.get("classId")
    }
    wanted = PROPERTIES | (FRONTEND_PROPERTIES if topology == "frontend" else {})
    wanted["loadbalance.service_ip_range"] = RANGES[topology]
    assert {key: properties.get(key) for key in wanted} == wanted
    extra = {option["key"]: option["value"] for option in config["extraConfig"]}
    assert extra["guest_rpc.auth.cloud-init.set"] == "FALSE"  # F1
    assert machine["runtime"]["powerState"] == "poweredOn"
    devices = config["hardware"]["device"]
    cards = sorted((d for d in devices if "macAddress" in d), key=lambda d: d["key"])
    assert [network_name(peer, card["backing"]) for card in cards] == NETWORKS[topology]


def network_name(peer: Peer, backing: dict[str, Any]) -> str:
    """The name of the network a NIC is connected to."""
    if "port" in backing:
        reference = f"DistributedVirtualPortgroup:{backing['port']['portgroupKey']}"
        return str(collected(peer, reference, "name"))
    return backing["deviceName"]


def test_a_trunk_is_read_back_as_one(practice: Peer) -> None:
    profile = practice.profile()
    assert practice.deploy(practice.write(profile), "--no-wait").returncode == 0
    trunk = ("-vlan-mode", "trunking", "-vlan-range", "0-4094")
    practice.govc("dvs.portgroup.add", "-dvs", "workload-vds", *trunk, "all")
    again = practice.deploy(practice.write(profile), "--no-wait", "--json")
    assert json.loads(again.stdout)["outcome"]["switch"]["port_groups"] == GROUPS["default"] | {
        "all": "trunk 0-4094"
    }
