"""The same job as a shell script of ``govc`` calls: what an administrator would write instead."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from core.profile.model import Profile, Secrets
from core.properties import render_properties
from tests.benchmarks.appliance import (
    CLUSTER,
    DATACENTER,
    DATAPLANE_PASSWORD,
    HOSTS,
    NIC,
    ROOT_PASSWORD,
)
from tests.benchmarks.programs import tool

DATASTORE = "LocalDS_0"


def write_script(profile: Profile, folder: Path) -> Path:
    """The script and its options file: switch, port groups, hosts, OVA, F1, power-on, read-back."""
    govc = shlex.quote(tool("govc"))
    options = write_options(profile, folder)
    switch, name = shlex.quote(profile.switch.name), shlex.quote(profile.vm.name)
    lines = ["set -e", f"export GOVC_DATACENTER={DATACENTER} GOVC_DATASTORE={DATASTORE}"]
    lines.append(
        f"{govc} dvs.create -product-version {profile.switch.version} -mtu {profile.switch.mtu} "
        f"-num-uplinks {profile.switch.uplinks} {switch}"
    )
    lines += [
        f"{govc} dvs.portgroup.add -dvs {switch} -type earlyBinding -nports 8 -auto-expand=true "
        f"-vlan {group.vlan or 0} {shlex.quote(group.name)}"
        for group in profile.switch.port_groups
    ]
    lines += [f"{govc} dvs.add -dvs {switch} -pnic {NIC} {host}" for host in HOSTS]
    lines.append(
        f"{govc} import.ova -pool {CLUSTER}/Resources -options {shlex.quote(str(options))} "
        f"{shlex.quote(profile.ova.file)}"
    )
    lines.append(f"{govc} vm.change -vm {name} -e guest_rpc.auth.cloud-init.set=FALSE")
    lines.append(f"{govc} vm.info -e -json {name}")
    lines.append(f"{govc} device.info -vm {name} -json 'ethernet-*'")
    lines.append(f"{govc} vm.power -on {name}")
    script = folder / "deploy.sh"
    script.write_text("\n".join(lines) + "\n", "utf-8")
    return script


def write_options(profile: Profile, folder: Path, *, network: str = "") -> Path:
    """What ``import.ova -options`` reads; ``network`` puts every NIC on that one."""
    options = folder / "options.json"
    options.write_text(json.dumps(_options(profile, network)), "utf-8")
    return options


def _options(profile: Profile, network: str) -> dict[str, object]:
    secrets = Secrets(root_password=ROOT_PASSWORD, dataplane_password=DATAPLANE_PASSWORD)
    return {
        "Name": profile.vm.name,
        "DiskProvisioning": profile.vm.disk_format,
        "Deployment": profile.deployment.configuration,
        "PropertyMapping": [
            {"Key": key, "Value": value}
            for key, value in render_properties(profile, secrets).items()
        ],
        "NetworkMapping": [
            {"Name": name, "Network": network or planned}
            for name, planned in profile.network_mapping()
        ],
        "PowerOn": False,
        "InjectOvfEnv": False,
        "WaitForIP": False,
    }
