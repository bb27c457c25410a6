"""The job as a ``govc`` script that promises what a deployment of ours promises.

The plain script of ``tests.benchmarks.govc_script`` only makes things: a second run of it fails, a
damaged OVA or an address in use is found out by the first boot. This one looks before it makes,
compares the OVA with its manifest, asks for the addresses and reads back what came about. It still
does less: no journal, no undo, no check of the values, no privileges.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from core.profile.model import Profile
from tests.benchmarks.appliance import CLUSTER, DATACENTER, HOSTS, NIC
from tests.benchmarks.govc_script import DATASTORE, write_options
from tests.benchmarks.programs import tool

_VERIFY = """\
tar -xOf "$ova" "$(tar -tf "$ova" | grep '[.]mf$')" |
    sed -n 's/^SHA256(\\(.*\\))= *\\([0-9a-f]*\\)$/\\2 \\1/p' | while read -r sum member; do
  [ "$(tar -xOf "$ova" "$member" | sha256sum | cut -d ' ' -f 1)" = "$sum" ]
done"""


def write_careful_script(profile: Profile, folder: Path) -> Path:
    """The script and its options file; it can be run again, and then makes nothing."""
    options = write_options(profile, folder)
    script = folder / "careful.sh"
    lines = ["set -e", f"govc={shlex.quote(tool('govc'))}"]
    lines += [f"export GOVC_DATACENTER={DATACENTER} GOVC_DATASTORE={DATASTORE}"]
    lines += [f"ova={shlex.quote(profile.ova.file)}"]
    for part in (_look(profile), _make(profile, options), _read_back(profile)):
        lines += part
    script.write_text("\n".join(lines) + "\n", "utf-8")
    return script


def _look(profile: Profile) -> Iterator[str]:
    """What can be known before the first change."""
    yield "$govc about >&2"
    yield _VERIFY
    yield '$govc import.spec "$ova" >&2'
    yield f"$govc object.collect -json {_host_path()} configurationEx >&2"
    for host in HOSTS:
        paths = "config.network.pnic config.network.vswitch config.network.proxySwitch"
        yield f"$govc object.collect -json {_host_path(host)} {paths} >&2"
        yield f"$govc host.date.info -host {host} >&2"
    yield f"$govc datastore.info -json {DATASTORE} >&2"
    network = profile.network
    addresses = (network.management_address, network.workload_address, network.frontend_address)
    for address in filter(None, addresses):
        ip = address.partition("/")[0]
        yield f"if $govc vm.info -vm.ip {ip} >&2; then exit 1; fi"


def _make(profile: Profile, options: Path) -> Iterator[str]:
    switch, name = shlex.quote(profile.switch.name), shlex.quote(profile.vm.name)
    yield _unless_found(
        "w", profile.switch.name,
        f"dvs.create -product-version {profile.switch.version} -mtu {profile.switch.mtu} "
        f"-num-uplinks {profile.switch.uplinks} {switch}",
    )  # fmt: skip
    for group in profile.switch.port_groups:
        yield _unless_found(
            "g", group.name,
            f"dvs.portgroup.add -dvs {switch} -type earlyBinding -nports 8 -auto-expand=true "
            f"-vlan {group.vlan or 0} {shlex.quote(group.name)}",
        )  # fmt: skip
    for host in HOSTS:
        member = f"$($govc find -i -type h {_host_path()} -name {host})"
        yield (
            f"$govc object.collect -s network/{switch} summary.hostMember | "
            f'grep -q "{member}" || $govc dvs.add -dvs {switch} -pnic {NIC} {host}'
        )
    yield _unless_found(
        "m", profile.vm.name,
        f"import.ova -pool {CLUSTER}/Resources -options {shlex.quote(str(options))} \"$ova\"",
    )  # fmt: skip
    yield f"$govc vm.change -vm {name} -e guest_rpc.auth.cloud-init.set=FALSE"


def _read_back(profile: Profile) -> Iterator[str]:
    """The gate before the only first boot, and what there is in the end."""
    switch, name = shlex.quote(profile.switch.name), shlex.quote(profile.vm.name)
    yield f"$govc dvs.portgroup.info -json {switch} >&2"
    yield f"$govc vm.info -e -json {name} | grep -q guest_rpc.auth.cloud-init.set"
    yield f"$govc device.info -vm {name} -json 'ethernet-*' >&2"
    yield (
        f"$govc object.collect -s vm/{name} runtime.powerState | grep -q poweredOn || "
        f"$govc vm.power -on {name}"
    )
    yield f"$govc object.collect -s vm/{name} runtime.powerState | grep -q poweredOn"


def _unless_found(kind: str, name: str, command: str) -> str:
    found = f"$($govc find / -type {kind} -name {shlex.quote(name)})"
    return f'[ -n "{found}" ] || $govc {command}'


def _host_path(host: str = "") -> str:
    cluster = f"/{DATACENTER}/host/{CLUSTER}"
    return f"{cluster}/{host}" if host else cluster
