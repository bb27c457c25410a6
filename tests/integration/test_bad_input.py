"""Whatever is wrong is one clear sentence, exit status 1, and nothing created."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import AppError
from core.ova.archive import open_ova
from tests.fakes.ova import make_ova, sample_parts
from tests.fakes.vcenter import Peer

pytestmark = pytest.mark.simulator


def untouched(peer: Peer) -> bool:
    """Whether the vCenter is as it was."""
    return peer.find("m") == [] and peer.find("w") == []


@pytest.mark.parametrize(
    ("changes", "says", "offers"),
    [
        ({"switch": {"datacenter": "Lab"}}, "Datacenter Lab was not found", "Lab-DC"),
        (
            {"switch": {"cluster": "Supervisor"}},
            "Cluster Supervisor was not found",
            "Supervisor-Cluster",
        ),
        ({"vm": {"folder": "haprox"}}, "VM folder haprox was not found", "haproxy"),
        ({"vm": {"resource_pool": "pool"}}, "Resource pool pool was not found", "haproxy-pool"),
        (
            {"vm": {"datastore": "datastore-2"}},
            "Datastore datastore-2 was not found",
            "datastore-02",
        ),
        (
            {"vm": {"storage_policy": "haproxypolicy"}},
            "Storage policy haproxypolicy was not found",
            "haproxy-policy",
        ),
        (
            {"deployment": {"management_network": "VM Net"}},
            "Network VM Net was not found",
            "VM Network",
        ),
        (
            {"switch": {"mode": "existing", "name": "nothing-there"}},
            "Distributed switch nothing-there was not found",
            "none",
        ),
        ({"switch": {"version": "6.9.9"}}, "no switch version 6.9.9", "8.0.3"),
        ({"switch": {"nics": (("Uplink 1", "vmnic9"),)}}, "have no NIC vmnic9", "vmnic1, vmnic2"),
        (
            {"switch": {"nics": (("Uplink 1", "vmnic0"),)}},
            "carries their management",
            "vmnic1, vmnic2",
        ),
        ({"switch": {"nics": (("Uplink 1", "vmnic3"),)}}, "has no link", "vmnic1, vmnic2"),
        (
            {"vm": {"storage_policy": "haproxy-policy", "datastore": "datastore-01"}},
            "does not fit the policy",
            "datastore-02",
        ),
    ],
)
def test_what_is_missing_is_named_with_what_there_is(
    practice: Peer, changes: dict[str, dict[str, object]], says: str, offers: str
) -> None:
    path = practice.write(practice.profile(**changes))
    for command in (("plan",), ("deploy", "--accept-eula", "--yes")):
        answer = practice.run(command[0], str(path), *command[1:])
        said = answer.stdout + answer.stderr
        assert answer.returncode == 1
        assert says in said
        assert offers in said
        assert "Traceback" not in said
    assert untouched(practice)


def test_missing_library_and_item_list_what_there_is(practice: Peer) -> None:
    profile = practice.profile(source="library", ova={"library": "Template"})
    answer = practice.run("plan", str(practice.write(profile)))
    assert answer.returncode == 1
    assert "Did you mean Templates?" in answer.stdout
    profile = practice.profile(source="library", ova={"item": "haproxy"})
    answer = practice.run("plan", str(practice.write(profile)))
    assert answer.returncode == 1
    assert "haproxy-v0.2.0" in answer.stdout


def text_file(path: Path) -> None:
    path.write_text("<html>Not found</html>")


def cut_off(path: Path) -> None:
    make_ova(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flipped(path: Path) -> None:
    """One bit of the disk: only the manifest can tell."""
    make_ova(path)
    with open_ova(path) as ova:
        disk = next(member for member in ova.members if member.name.endswith(".vmdk"))
    content = bytearray(path.read_bytes())
    content[disk.offset + disk.size // 2] ^= 1
    path.write_bytes(content)


def missing(path: Path) -> None:
    path.unlink(missing_ok=True)


@pytest.mark.parametrize("damage", [text_file, cut_off, flipped, missing])
def test_a_damaged_ova_changes_nothing(practice: Peer, damage: Callable[[Path], None]) -> None:
    ova = practice.folder / "damaged.ova"
    damage(ova)
    path = practice.write(practice.profile(ova={"file": str(ova)}))
    answer = practice.deploy(path)
    assert answer.returncode == 1
    assert "damaged.ova" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert untouched(practice)


def utf_16(path: Path) -> None:
    text = sample_parts().descriptor.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    make_ova(path, descriptor=text.encode("utf-16"))


def no_header(path: Path) -> None:
    """Zeros instead of a disk, with a manifest that is right about them."""
    parts = sample_parts()
    parts.disk = bytes(len(parts.disk))
    path.write_bytes(parts.pack())


@pytest.mark.parametrize(
    ("damage", "says"),
    [(utf_16, "is not UTF-8 text"), (no_header, "starts with nothing but zeros")],
)
def test_what_a_manifest_cannot_tell_is_found_before_vcenter_is_asked(
    practice: Peer, damage: Callable[[Path], None], says: str
) -> None:
    ova = practice.folder / "damaged.ova"
    damage(ova)
    answer = practice.deploy(practice.write(practice.profile(ova={"file": str(ova)})))
    assert answer.returncode == 1
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr
    assert untouched(practice)


def test_without_the_flags_and_without_a_terminal_nothing_happens(practice: Peer) -> None:
    path = practice.write(practice.profile())
    answer = practice.run("deploy", str(path))
    assert answer.returncode == 1
    assert "SAMPLE" in answer.stderr or "licence" in answer.stderr.lower()
    assert "--accept-eula" in answer.stderr
    answer = practice.run("deploy", str(path), "--accept-eula")
    assert answer.returncode == 1
    assert "--yes" in answer.stderr
    assert untouched(practice)


def test_missing_passwords_are_named_before_anything_is_changed(practice: Peer) -> None:
    path = practice.write(practice.profile())
    answer = practice.run(
        "deploy", str(path), "--accept-eula", "--yes",
        HAPROXY_SETUP_ROOT_PASSWORD="", HAPROXY_SETUP_DATAPLANE_PASSWORD="",
    )  # fmt: skip
    assert answer.returncode == 1
    assert "HAPROXY_SETUP_ROOT_PASSWORD" in answer.stderr
    assert "HAPROXY_SETUP_DATAPLANE_PASSWORD" in answer.stderr
    assert untouched(practice)


def test_a_password_the_first_boot_cannot_take_is_refused(practice: Peer) -> None:
    path = practice.write(practice.profile())
    answer = practice.run(
        "deploy", str(path), "--accept-eula", "--yes",
        HAPROXY_SETUP_DATAPLANE_PASSWORD="--200p@ssword",
    )  # fmt: skip
    assert answer.returncode == 1
    assert "password" in answer.stderr
    assert "--200p@ssword" not in answer.stderr + answer.stdout
    assert untouched(practice)


def test_a_foreign_machine_of_that_name_is_left_alone(stock: Peer) -> None:
    path = stock.write(stock.profile(vm={"name": "DC0_C0_RP0_VM0"}))
    before = stock.machine("DC0_C0_RP0_VM0")["config"]
    answer = stock.deploy(path)
    assert answer.returncode == 1
    assert "DC0_C0_RP0_VM0 exists which is not this appliance" in answer.stdout
    assert stock.machine("DC0_C0_RP0_VM0")["config"] == before
    assert not [p for p in stock.find("w") if p.endswith("workload-vds")]


def test_an_appliance_with_other_values_is_not_touched(practice: Peer) -> None:
    assert practice.deploy(practice.write(practice.profile())).returncode == 0
    other = practice.profile(network={"management_address": "192.168.110.21/24"})
    answer = practice.deploy(practice.write(other))
    assert answer.returncode == 1
    assert "192.168.110.20/24 instead of 192.168.110.21/24" in answer.stdout


def test_an_existing_switch_is_never_altered(practice: Peer) -> None:
    assert practice.deploy(practice.write(practice.profile())).returncode == 0
    answer = practice.deploy(practice.write(practice.profile(switch={"mtu": 9000})))
    assert answer.returncode == 1
    assert "exists with MTU 1500 instead of 9000" in answer.stdout
    existing = practice.profile(switch={"mode": "existing", "mtu": 9000})
    assert practice.deploy(practice.write(existing)).returncode == 0


def test_an_existing_switch_needs_no_nics_where_the_hosts_have_joined(practice: Peer) -> None:
    assert practice.deploy(practice.write(practice.profile())).returncode == 0
    joined = practice.profile(switch={"mode": "existing", "nics": ()})
    again = practice.run("plan", str(practice.write(joined)))
    assert again.returncode == 0, again.stdout
    other = practice.profile(switch={"mode": "existing", "nics": (), "cluster": "Cluster-2"})
    assert practice.run("plan", str(practice.write(other))).returncode == 1


def test_a_port_group_can_be_named_with_its_switch(practice: Peer) -> None:
    named = {"workload_network": "workload-vds/Primary Workload Network"}
    done = practice.deploy(practice.write(practice.profile(deployment=named)))
    assert done.returncode == 0, done.stdout


def test_a_network_the_hosts_do_not_have_is_refused(practice: Peer) -> None:
    """Port groups of a switch that no host of the cluster has joined cannot carry a NIC."""
    practice.govc("dvs.create", "-dc", "Lab-DC", "-product-version", "8.0.3", "island")
    practice.govc("dvs.portgroup.add", "-dvs", "island", "Island Network")
    profile = practice.profile(deployment={"management_network": "Island Network"})
    answer = practice.run("plan", str(practice.write(profile)))
    assert answer.returncode == 1
    assert "No host of cluster Supervisor-Cluster has the network Island Network" in answer.stdout


def test_an_appliance_too_old_for_this_vcenter_is_refused(practice: Peer) -> None:
    ova = practice.folder / "old.ova"
    make_ova(ova, version="0.1.8")
    answer = practice.run("plan", str(practice.write(practice.profile(ova={"file": str(ova)}))))
    assert answer.returncode == 1
    assert "0.1.8 does not work with vCenter 8.0.3" in answer.stdout  # F18


@pytest.mark.parametrize("source", ["file", "library"])
def test_a_vcenter_not_known_to_work_warns_and_goes_on(
    tools, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    from tests.fakes.vcenter import practice_peer

    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
    with practice_peer(tools.govc, "-about-version", "9.0.2") as peer:
        done = peer.deploy(peer.write(peer.profile(source=source)))
        assert done.returncode == 0, done.stderr
        assert "This vCenter is version 9.0.2" in done.stdout  # F2


def test_a_folder_with_the_machines_name_is_found_before_anything_is_changed(
    practice: Peer,
) -> None:
    path = practice.write(practice.profile(vm={"folder": ""}))  # the datacenter has such a folder
    answer = practice.run("plan", str(path))
    assert answer.returncode == 1
    assert "Something else than a machine is called haproxy there" in answer.stdout
    assert untouched(practice)


def test_another_administrators_uplink_is_kept(practice: Peer) -> None:
    """What was read for the plan may be old by the time it is applied."""
    from core.jobs import JobContext
    from core.vsphere.inventory import read_inventory
    from core.vsphere.membership import join_host
    from core.vsphere.session import open_session
    from core.vsphere.switch import read_switch

    first = practice.profile(switch={"uplinks": 3, "nics": (("Uplink 1", "vmnic1"),)})
    assert practice.deploy(practice.write(first)).returncode == 0
    with open_session(first.vcenter, practice.password) as session:
        inventory = read_inventory(session)
        old = read_switch(session, inventory.switches[0])
        host = old.members[0].host
        ctx = JobContext()
        join_host(session, old, host, "it", (("Uplink 3", "vmnic2"),), ctx)  # somebody else
        after = join_host(session, old, host, "it", (("Uplink 1", "vmnic1"),), ctx)
        assert ("Uplink 3", "vmnic2") in read_switch(session, after).member(host).nics
        for nics, says in (
            ((("Uplink 2", "vmnic1"),), "vmnic1 of host it is on Uplink 1 of"),
            ((("Uplink 1", "vmnic2"), ("Uplink 3", "vmnic1")), "of host it is on Uplink"),
            ((("Uplink 1", "vmnic3"),), "vmnic1 of host it is on Uplink 1 of"),
        ):
            with pytest.raises(AppError, match=says):  # neither moved nor taken out
                join_host(session, old, host, "it", nics, ctx)
        with pytest.raises(AppError):  # no such NIC: refused, and nothing is unplugged by it
            join_host(session, old, host, "it", (("Uplink 2", "vmnic9"),), ctx)
        assert set(read_switch(session, after).member(host).nics) == {
            ("Uplink 1", "vmnic1"),
            ("Uplink 3", "vmnic2"),
        }


def test_a_machine_that_appeared_meanwhile_is_left_alone(stock: Peer) -> None:
    """Made by somebody else between plan and deployment: neither changed nor booked as ours."""
    profile = stock.profile()
    path = stock.write(profile)
    process = stock.start("deploy", str(path), "--accept-eula", "--yes")
    assert process.stdout is not None
    lines = []
    with process.stdout:
        for line in process.stdout:
            lines.append(line)
            if line.startswith("done           OVA"):
                stock.govc("vm.create", "-on=false", "-m", "64", "-net", "VM Network", "haproxy")
    assert process.wait() == 1, "".join(lines)
    extra = {o["key"] for o in stock.machine()["config"]["extraConfig"] or []}
    assert "haproxy-setup.state" not in extra
    assert stock.run("undo", str(path), "--yes").returncode in {0, 1}
    assert stock.machine(), "undo leaves it alone"
