"""The deployment as a bash script of ``govc`` calls, for the change record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from shlex import quote

from core.handoff.job import Job, heading, read_job
from core.handoff.source import Source
from core.profile.model import EXISTING
from core.text import Text
from core.vsphere.entity_names import stored_name
from core.vsphere.machine import CLOUD_INIT_KEY, CLOUD_INIT_VALUE

_JSON = r"""json() {  # its argument as a JSON string
  local text=$1 backslash='\' mark='"' line=$'\n' tab=$'\t'
  text=${text//"$backslash"/"$backslash$backslash"}
  text=${text//"$mark"/"$backslash$mark"}
  text=${text//"$line"/"${backslash}n"}
  text=${text//"$tab"/"${backslash}t"}
  printf '"%s"' "$text"
}"""


def render_govc(source: Source) -> str:
    """A script that does the same with govc, with no secret in it."""
    job = read_job(source)
    lines = ["#!/usr/bin/env bash", *(f"# {_comment(line)}" for line in heading(source))]
    lines += ["set -euo pipefail", ""]
    for part in (_login(job), _switch(job), _hosts(job), _options(job), _deploy(job)):
        lines += [*part, ""]
    return "\n".join(lines)


def _login(job: Job) -> Iterator[str]:
    target = job.profile.vcenter
    yield f'export GOVC_URL="${{GOVC_URL:-{_inner(f"https://{target.address}:{target.port}/sdk")}}}"'
    yield f'export GOVC_USERNAME="${{GOVC_USERNAME:-{_inner(target.user)}}}"'
    if target.certificate:
        yield "# " + _comment(
            Text("GOVC_TLS_CA_CERTS names the file with the vCenter's trusted certificate.")
        )
    yield _asked("GOVC_PASSWORD", Text("vCenter password"))
    yield "export GOVC_PASSWORD"
    yield f"export GOVC_DATACENTER={quote(_path(job))}"


def _switch(job: Job) -> Iterator[str]:
    switch = job.profile.switch
    if job.creates_switch:
        yield (
            f"govc dvs.create -product-version {quote(switch.version)} -mtu {switch.mtu} "
            f"-num-uplinks {switch.uplinks} {_name(switch.name)}"
        )
    for group in switch.port_groups:
        if group.mode == EXISTING:
            yield f"# {_comment(Text('{name} was there already.', name=group.name))}"
            continue
        yield (
            f"govc dvs.portgroup.add -dvs {_name(switch.name)} -type earlyBinding -nports 8 "
            f"-auto-expand=true -vlan {group.vlan or 0} {_name(group.name)}"
        )


def _hosts(job: Job) -> Iterator[str]:
    switch = job.profile.switch
    if not job.hosts:  # the vCenter was not asked
        nics = [nic for _, nic in switch.nics]
        path = _path(job, "host", stored_name(switch.cluster))
        yield f"govc find {quote(path)} -type h | while IFS= read -r host; do"
        yield f'  govc dvs.add -dvs {_name(switch.name)} -pnic {quote(nics[0])} "$host" </dev/null'
        yield "done"
        for host, exceptions in switch.host_nics:
            names = ", ".join(nic for _, nic in exceptions)
            yield f"# {_comment(Text('{host} differs: {nics}', host=host, nics=names))}"
        yield from _further_nics(nics)
        return
    for host, host_nics in job.hosts:
        first = host_nics[0] if host_nics else ""
        yield f"govc dvs.add -dvs {_name(switch.name)} -pnic {quote(first)} {_name(host)}"
    yield from _further_nics(sorted({nic for _, nics in job.hosts for nic in nics[1:]}, key=str), 0)


def _further_nics(nics: list[str], start: int = 1) -> Iterator[str]:
    if nics[start:]:
        yield "# " + _comment(
            Text(
                "govc connects one NIC of a host, to an uplink of vCenter's choice. Connected "
                "further: {nics}.",
                nics=", ".join(nics[start:]),
            )
        )


def _options(job: Job) -> Iterator[str]:
    profile = job.profile
    yield _JSON
    for secret in job.secrets:
        yield _asked(secret.variable, secret.label)
    if job.has_own_ca:
        yield ': "${CA_KEY_FILE:?}"'
        yield "# " + _comment(Text("F4: the first boot reads a key as PKCS#8 only"))
        yield 'CA_KEY=$(openssl pkcs8 -topk8 -nocrypt -in "$CA_KEY_FILE" | paste -sd " " -)'
    fixed = {
        "Name": stored_name(profile.vm.name),
        "Deployment": profile.deployment.configuration,
        "DiskProvisioning": profile.vm.disk_format,
        "PowerOn": False,
        "InjectOvfEnv": False,
        "WaitForIP": False,
        "NetworkMapping": [
            {"Name": name, "Network": stored_name(network)} for name, network in job.places.networks
        ],
    }
    properties = [{"Key": key, "Value": value} for key, value in job.properties]
    start = json.dumps(fixed, ensure_ascii=False)[:-1]
    rest = json.dumps(properties, ensure_ascii=False)[:-1]
    known = start + ', "PropertyMapping": ' + rest
    yield "options() {"
    yield f"  printf '%s' {quote(known)}"
    secrets = [(secret.key, secret.variable) for secret in job.secrets]
    if job.has_own_ca:
        secrets.append(("appliance.ca_cert_key", "CA_KEY"))
    for key, variable in secrets:
        yield f"""  printf ', {{"Key": "{key}", "Value": %s}}' "$(json "${variable}")\""""
    yield "  printf ']}\\n'"
    yield "}"


def _deploy(job: Job) -> Iterator[str]:
    profile = job.profile
    name = _name(profile.vm.name)
    folder = _path(job, "vm", job.places.folder)
    pool = _path(job, "host", stored_name(profile.vm_cluster), "Resources", job.places.pool)
    if job.datastore:
        datastore = _name(job.datastore)
    else:
        yield ': "${GOVC_DATASTORE:?}"'
        datastore = '"$GOVC_DATASTORE"'
    where = f"-folder {quote(folder)} -pool {quote(pool)} -ds {datastore}"
    policy = profile.vm.storage_policy
    if profile.ova.uses_library:
        item = quote(f"/{profile.ova.library}/{profile.ova.item}")
        if profile.ova.imports:
            library, source = quote(profile.ova.library), quote(profile.ova.file)
            yield f"govc library.import -n {quote(profile.ova.item)} {library} {source}"
        chosen = f"-profile {quote(policy)} " if policy else ""
        yield f"options | govc library.deploy {where} {chosen}-options - {item} {name}"
    else:
        if policy:
            yield "# " + _comment(
                Text("Storage policy {policy}: import.ova has no flag for it.", policy=policy)
            )
        ova = quote(profile.ova.file)
        yield f"options | govc import.ova {where} -name {name} -options - {ova}"
    yield "# " + _comment(Text("F1: before the first power-on, for it happens only once"))
    yield f"govc vm.change -vm {name} -e {CLOUD_INIT_KEY}={CLOUD_INIT_VALUE}"
    yield f"govc vm.power -on {name}"


def _asked(variable: str, label: object) -> str:
    """A line that asks for a secret unless the environment has it."""
    question = quote(f"{label}: ")
    return f"if [[ -z ${{{variable}:-}} ]]; then read -rsp {question} {variable}; echo >&2; fi"


def _comment(text: object) -> str:
    """Text on one line, whatever it holds."""
    return " ".join(str(text).split())


def _inner(text: str) -> str:
    """Text inside double quotes and ``${...:-}``."""
    return "".join(f"\\{c}" if c in '\\"$`}' else c for c in text)


def _path(job: Job, *parts: str) -> str:
    """An inventory path below the datacenter; its parts are named as vCenter stores them."""
    return "/".join(("", job.places.datacenter, *(part for part in parts if part)))


def _name(name: str) -> str:
    """A name in the shell; as vCenter stores it, which govc neither does nor undoes."""
    return quote(stored_name(name))
