"""The deployment as a PowerCLI script, for the change record."""

from __future__ import annotations

from collections.abc import Iterator

from core.handoff.job import Job, heading, read_job
from core.handoff.places import last_name
from core.handoff.source import Source
from core.profile.model import EXISTING, FILE
from core.text import Text
from core.vsphere.machine import CLOUD_INIT_KEY, CLOUD_INIT_VALUE

_FRONTEND_KEYS = ("network.frontend_ip", "network.frontend_gateway")


def render_powercli(source: Source) -> str:
    """A script that does the same with PowerCLI, with no secret in it."""
    job = read_job(source)
    lines = [f"# {_comment(line)}" for line in heading(source)]
    lines += ["$ErrorActionPreference = 'Stop'", ""]
    for part in (_login(job), _switch(job), _hosts(job), _ovf(job), _deploy(job)):
        lines += [*part, ""]
    lines.append("Disconnect-VIServer -Server $vcenter -Confirm:$false")
    return "\n".join(lines) + "\n"


def _login(job: Job) -> Iterator[str]:
    target = job.profile.vcenter
    yield (
        f"$vcenter = Connect-VIServer -Server {_q(target.address)} -Port {target.port} "
        f"-Credential (Get-Credential -UserName {_q(target.user)} -Message {_q('vCenter')})"
    )
    yield f"$datacenter = Get-Datacenter -Name {_q(last_name(job.places.datacenter))}"
    yield f"$cluster = Get-Cluster -Location $datacenter -Name {_q(job.profile.switch.cluster)}"


def _switch(job: Job) -> Iterator[str]:
    switch = job.profile.switch
    if job.creates_switch:
        yield (
            f"$switch = New-VDSwitch -Location $datacenter -Name {_q(switch.name)} "
            f"-Version {_q(switch.version)} -Mtu {switch.mtu} -NumUplinkPorts {switch.uplinks}"
        )
    else:
        yield f"$switch = Get-VDSwitch -Location $datacenter -Name {_q(switch.name)}"
    for group in switch.port_groups:
        if group.mode == EXISTING:
            yield f"# {_comment(Text('{name} was there already.', name=group.name))}"
            continue
        vlan = f" -VlanId {group.vlan}" if group.vlan else ""
        yield (
            f"New-VDPortgroup -VDSwitch $switch -Name {_q(group.name)} "
            f"-PortBinding Static -NumPorts 8{vlan} | Out-Null"
        )


def _hosts(job: Job) -> Iterator[str]:
    switch = job.profile.switch
    if not job.hosts:  # the vCenter was not asked
        nics = ", ".join(_q(nic) for _, nic in switch.nics)
        yield f"$nics = @({nics})"
        for host, exceptions in switch.host_nics:
            differing = ", ".join(nic for _, nic in exceptions)
            yield f"# {_comment(Text('{host} differs: {nics}', host=host, nics=differing))}"
        yield "foreach ($vmhost in Get-VMHost -Location $cluster) {"
        yield from (f"  {line}" for line in _join("$nics"))
        yield "}"
        return
    for host, names in job.hosts:
        yield f"$vmhost = Get-VMHost -Location $cluster -Name {_q(host)}"
        yield from _join(f"@({', '.join(map(_q, names))})")


def _join(nics: str) -> Iterator[str]:
    yield "Add-VDSwitchVMHost -VDSwitch $switch -VMHost $vmhost"
    yield (
        f"foreach ($nic in {nics}) {{ "
        "Add-VDSwitchPhysicalNetworkAdapter -DistributedSwitch $switch "
        "-VMHostPhysicalNic (Get-VMHostNetworkAdapter -VMHost $vmhost -Physical -Name $nic) "
        "-Confirm:$false }"
    )


def _ovf(job: Job) -> Iterator[str]:
    profile = job.profile
    if profile.ova.uses_library:
        yield "# " + _comment(
            Text(
                "The appliance was deployed from the content library {library}, item {item}; "
                "PowerCLI sets its properties from the file only.",
                library=profile.ova.library,
                item=profile.ova.item,
            )
        )
    file = profile.ova.file if profile.ova.source == FILE else ""
    yield f"$ova = {_q(file)}" if file else "$ova = Read-Host 'OVA'"
    yield "$ovf = Get-OvfConfiguration -Ovf $ova"
    yield f"$ovf.DeploymentOption.Value = {_q(profile.deployment.configuration)}"
    for ovf_network, network in job.places.networks:
        yield f"$ovf.NetworkMapping.{ovf_network}.Value = {_q(network)}"
    for key, value in job.properties:
        if key not in _FRONTEND_KEYS:
            yield f"$ovf.{key}.Value = {_q(value)}"
    for secret in job.secrets:
        yield f"$ovf.{secret.key}.Value = {_asked(secret.label)}"
    if job.has_own_ca:
        yield "# " + _comment(Text("F4: the first boot reads a key as PKCS#8 only"))
        question = _q(str(Text("File of the CA key (PKCS#8)")))
        yield f"$ovf.appliance.ca_cert_key.Value = (Get-Content (Read-Host {question})) -join ' '"


def _deploy(job: Job) -> Iterator[str]:
    profile = job.profile
    datastore = _q(job.datastore) if job.datastore else "(Read-Host 'Datastore')"
    location = "$cluster"
    if profile.vm_cluster != profile.switch.cluster:
        yield f"$place = Get-Cluster -Location $datacenter -Name {_q(profile.vm_cluster)}"
        location = "$place"
    host = f"(Get-VMHost -Location {location} | Select-Object -First 1)"
    if job.places.pool:
        pool = _q(last_name(job.places.pool))
        yield f"$pool = Get-ResourcePool -Location {location} -Name {pool}"
        location = "$pool"
    folder = ""
    if job.places.folder:
        name = _q(last_name(job.places.folder))
        yield f"$folder = Get-Folder -Location $datacenter -Type VM -Name {name}"
        folder = " -InventoryLocation $folder"
    disk = {"thin": "Thin", "thick": "Thick"}.get(profile.vm.disk_format, "EagerZeroedThick")
    yield (
        f"$vm = Import-VApp -Source $ova -OvfConfiguration $ovf -Name {_q(profile.vm.name)} "
        f"-Location {location} -VMHost {host} -Datastore {datastore} "
        f"-DiskStorageFormat {disk}{folder}"
    )
    if profile.vm.storage_policy:
        policy = _q(profile.vm.storage_policy)
        yield (
            "Set-SpbmEntityConfiguration -Configuration (Get-SpbmEntityConfiguration "
            f"-VM $vm -HardDisk (Get-HardDisk -VM $vm)) "
            f"-StoragePolicy (Get-SpbmStoragePolicy -Name {policy}) | Out-Null"
        )
    yield from _frontend(job)
    yield "# " + _comment(Text("F1: before the first power-on, for it happens only once"))
    yield (
        f"New-AdvancedSetting -Entity $vm -Name {_q(CLOUD_INIT_KEY)} "
        f"-Value {_q(CLOUD_INIT_VALUE)} -Confirm:$false | Out-Null"
    )
    yield "Start-VM -VM $vm | Out-Null"


def _frontend(job: Job) -> Iterator[str]:
    """F14: ``Get-OvfConfiguration`` does not show the properties of the frontend option."""
    values = [(key, value) for key, value in job.properties if key in _FRONTEND_KEYS]
    if not values:
        return
    yield "# " + _comment(Text("F14: Get-OvfConfiguration does not offer the frontend's settings"))
    yield "$spec = New-Object VMware.Vim.VirtualMachineConfigSpec"
    yield "$spec.VAppConfig = New-Object VMware.Vim.VmConfigSpec"
    yield "$spec.VAppConfig.Property = foreach ($pair in @("
    yield ",\n".join(f"    @({_q(key.partition('.')[2])}, {_q(value)})" for key, value in values)
    yield ")) {"
    yield "  $known = $vm.ExtensionData.Config.VAppConfig.Property | Where-Object Id -eq $pair[0]"
    yield "  $change = New-Object VMware.Vim.VAppPropertySpec"
    yield "  $change.Operation, $change.Info = 'edit', $known"
    yield "  $change.Info.Value = $pair[1]"
    yield "  $change"
    yield "}"
    yield "$vm.ExtensionData.ReconfigVM($spec)"


def _asked(label: str) -> str:
    """An expression that asks for a secret; ``Import-VApp`` wants it in plain."""
    return f"[Net.NetworkCredential]::new('', (Read-Host {_q(label)} -AsSecureString)).Password"


def _q(text: str) -> str:
    """A single-quoted PowerShell string; it takes typographic quotes for quotes too."""
    return "'" + "".join(c * 2 if c in "'‘’‚‛" else c for c in text) + "'"


def _comment(text: object) -> str:
    """Text on one line, whatever it holds."""
    return " ".join(str(text).split())
