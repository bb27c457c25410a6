"""Deploying the appliance from an OVA on this computer: import specification, lease, upload."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field
from pyVmomi import vim, vmodl

from core.errors import RemoteError
from core.jobs import ByteMeter, JobContext
from core.ova.archive import Ova
from core.ova.verify import Verification
from core.text import Text, listed
from core.vsphere.entity_names import stored_name
from core.vsphere.faults import explained, fault_message
from core.vsphere.lease import Lease, import_lease
from core.vsphere.machine import (
    CLOUD_INIT_KEY,
    CLOUD_INIT_VALUE,
    IMPORTING,
    MARK_KEY,
    options,
)
from core.vsphere.policies import Policy, profile_spec
from core.vsphere.session import Session
from core.vsphere.upload import disk_destination, send

log = logging.getLogger(__name__)


class Placement(Struct, frozen=True):
    """Where the machine goes; ids of this vCenter. ``host`` "" leaves the choice to DRS."""

    folder: str
    pool: str
    datastore: str
    host: str = ""
    policy: Policy | None = None


class NetworkRef(Struct, frozen=True):
    """A network by its id and exact API class."""

    moid: str
    kind: str


class Appliance(Struct, frozen=True):
    """What the machine shall be; ``networks`` by OVF network, ``marks`` by our own keys.

    A content library takes no marks: there they come with the settings.
    """

    name: str
    configuration: str
    disk_format: str
    networks: Mapping[str, NetworkRef]
    properties: Mapping[str, str]
    marks: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Appliance({self.name!r})"  # the properties hold passwords


def deploy_file(
    session: Session,
    ova: Ova,
    verification: Verification,
    placement: Placement,
    appliance: Appliance,
    ctx: JobContext,
    step: str,
) -> str:
    """Make the machine from a verified OVA; gives its id. It stays powered off.

    F1's setting and our mark are in the import itself, so the machine never exists without them.
    Cancelled or failed, nothing of the machine is left.

    Raises:
        SessionLost: vCenter's session ended meanwhile; only then something may be left.
        AppError: vCenter or the host refused, or received other bytes than were sent.
        Cancelled: the user asked to stop.
    """
    doing = Text("Deploying {name}", name=appliance.name)
    imported = _import_spec(session, ova, placement, appliance, doing)
    _extend(imported.importSpec.configSpec, placement.policy, appliance.marks)
    pool = session.ref(vim.ResourcePool, placement.pool)
    folder = session.ref(vim.Folder, placement.folder)
    host = session.ref(vim.HostSystem, placement.host) if placement.host else None

    def start() -> Any:
        return pool.ImportVApp(imported.importSpec, folder, host)

    with import_lease(session, start, doing, ctx) as lease:
        _send_files(session, lease, ova, verification, imported.fileItem or [], ctx, step)
    return lease.machine


def _import_spec(
    session: Session, ova: Ova, placement: Placement, appliance: Appliance, doing: Text
) -> Any:
    """VCenter's import specification for the OVF, with everything mapped.

    Raises:
        RemoteError: vCenter finds the OVF or a value wrong.
    """
    params = vim.OvfManager.CreateImportSpecParams(
        locale="",
        deploymentOption=appliance.configuration,
        entityName=stored_name(appliance.name),
        diskProvisioning=appliance.disk_format,
        networkMapping=[
            vim.OvfManager.NetworkMapping(name=name, network=session.ref(to.kind, to.moid))
            for name, to in appliance.networks.items()
        ],
        propertyMapping=[vim.KeyValue(key=k, value=v) for k, v in appliance.properties.items()],
    )
    with explained(doing):
        result = session.content.ovfManager.CreateImportSpec(
            ova.descriptor_text,
            session.ref(vim.ResourcePool, placement.pool),
            session.ref(vim.Datastore, placement.datastore),
            params,
        )
    for warning in result.warning or []:
        log.info("vCenter on the OVF: %s", fault_message(warning) or type(warning).__name__)
    if result.error:
        raise RemoteError(
            Text(
                "{doing}: vCenter does not accept the OVF: {reasons}.",
                doing=doing,
                reasons=listed(fault_message(e) or type(e).__name__ for e in result.error),
            ),
            Text("Check the OVA and the values for it, then run again."),
        )
    return result


def _extend(config: Any, policy: Policy | None, marks: Mapping[str, str]) -> None:
    """Add what an import specification has no parameter for: F1, our marks, storage policy."""
    extra = {CLOUD_INIT_KEY: CLOUD_INIT_VALUE, MARK_KEY: IMPORTING, **marks}
    config.extraConfig = [*(config.extraConfig or []), *options(extra)]
    if policy is None:
        return
    config.vmProfile = [profile_spec(policy)]
    for change in config.deviceChange or []:
        if isinstance(change.device, vim.vm.device.VirtualDisk):
            change.profile = [profile_spec(policy)]


def _send_files(
    session: Session,
    lease: Lease,
    ova: Ova,
    verification: Verification,
    items: list[Any],
    ctx: JobContext,
    step: str,
) -> None:
    paths = {item.deviceId: item for item in items}
    wanted = [(url, paths[url.importKey]) for url in lease.device_urls if url.importKey in paths]
    if len(wanted) < len(paths):
        raise RemoteError(
            Text(
                "vCenter gave no upload address for {count} file.",
                "vCenter gave no upload address for {count} files.",
                count=len(paths) - len(wanted),
            ),
            Text("Try again; see the recent tasks in vCenter if it stays so."),
        )
    total = sum(ova.get_member(item.path).size for _, item in wanted)
    meter = _LeaseMeter(ctx, step, total, lease)
    for url, item in wanted:
        with ova.open(item.path) as source:
            send(disk_destination(session, url, create=bool(item.create)), source, meter, ctx)
    _compare(lease, verification, wanted)


def _compare(lease: Lease, verification: Verification, sent: list[tuple[Any, Any]]) -> None:
    """What the host says it received against what was verified: the bytes end to end."""
    received = lease.received()
    for url, item in sent:
        if url.key not in received and item.deviceId not in received:
            continue  # an old host, which keeps no manifest
        got = received.get(url.key) or received[item.deviceId]
        digest = verification.digests[item.path]
        if not got.is_what_was_sent(digest.size, digest.sha1, digest.sha256):
            raise RemoteError(
                Text(
                    "The host received {file} differently from what was sent ({size} of {wanted} "
                    "bytes).",
                    file=item.path,
                    size=got.size,
                    wanted=digest.size,
                ),
                Text("Something on the way changes data. Run again; nothing was kept."),
            )


class _LeaseMeter(ByteMeter):
    """Counts for the person watching and for vCenter's own task at once."""

    def __init__(self, ctx: JobContext, step: str, total: int, lease: Lease) -> None:
        self._lease = lease
        super().__init__(ctx, step, total)

    def add(self, count: int) -> None:
        """Count and pass the percentage on to the lease's ticker.

        Raises:
            SessionLost: there is no lease any more to send for.
        """
        super().add(count)
        self._lease.percent = self.percent
        self._lease.require()


class Opinion(Struct, frozen=True):
    """What vCenter itself says about a descriptor, in its own words."""

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def ask_about(session: Session, descriptor: str, configuration: str) -> Opinion:
    """Have vCenter parse a descriptor with a deployment configuration; changes nothing.

    Nothing is in the opinion where vCenter cannot be asked (the stock simulator).

    Raises:
        AppError: vCenter did not answer.
    """
    params = vim.OvfManager.ParseDescriptorParams(locale="", deploymentOption=configuration)
    with explained(Text("Having vCenter look at the OVF")):
        try:
            parsed = session.content.ovfManager.ParseDescriptor(descriptor, params)
        except vmodl.fault.MethodNotFound:
            return Opinion()
    warnings = parsed.warning or []
    # A section it does not know is an error where the descriptor says it is required. The others
    # may be left out (DSP0243 7.3) and almost every OVA has some.
    told = [w for w in warnings if not isinstance(w, vim.fault.OvfUnsupportedSection)]
    return Opinion(_messages(parsed.error or []), _messages(told))


def _messages(faults: Iterable[Any]) -> tuple[str, ...]:
    """Each once, by the name of its kind where it carries no text."""
    said = (fault_message(f) or type(f).__name__.rpartition(".")[2] for f in faults)
    return tuple(dict.fromkeys(said))
