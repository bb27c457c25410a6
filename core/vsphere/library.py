"""Content libraries: finding items, importing an OVA into one, deploying from one.

Paths and bodies of both dialects side by side; the published reference is the vSphere Automation
API, packages content.library and vcenter.ovf.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from core.errors import AppError, ConnectError, NotFound, RemoteError
from core.jobs import ByteMeter, Cancelled, JobContext
from core.ova.archive import Ova
from core.ova.verify import Verification
from core.text import Text, listed
from core.vsphere.blocking import call_watched
from core.vsphere.entity_names import stored_name
from core.vsphere.ovf_import import Appliance, Placement
from core.vsphere.session import Session
from core.vsphere.taking_back import take_back
from core.vsphere.upload import Destination, send

log = logging.getLogger(__name__)

IMPORT_MARK = "Imported by HAProxy Setup for vSphere"
DEPLOY_MARK = "Deployed by HAProxy Setup for vSphere"

_DEPLOY_TIMEOUT_S = 4 * 3600
_PROVISIONING = {"thin": "thin", "thick": "thick", "eagerZeroedThick": "eagerZeroedThick"}
_CLASS = "com.vmware.vcenter.ovf."


class Library(Struct, frozen=True):
    """A content library."""

    id: str
    name: str


class Item(Struct, frozen=True):
    """An item of a library; ``files`` are name to size, empty while it is being filled.

    A size is 0 where it is not known.
    """

    id: str
    name: str
    type: str
    description: str
    files: Mapping[str, int]

    @property
    def is_leftover(self) -> bool:
        """Whether it is what a broken-off import of ours left behind."""
        return not self.files and self.description == IMPORT_MARK


class ContentLibrary:
    """The content libraries of the vCenter a session is logged in to."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = session.rest
        self._updates: list[str] = []

    def libraries(self) -> tuple[Library, ...]:
        """All libraries, by name."""
        found = (self._library(id_) for id_ in self._get(self._path("content/library")))
        return tuple(sorted(found, key=lambda library: library.name.casefold()))

    def find_library(self, name: str) -> Library | None:
        """The library of that name, or None."""
        ids = self._post(self._path("content/library", "find"), {"name": name}, wrapped="spec")
        return Library(str(ids[0]), name) if ids else None

    def items(self, library: Library) -> tuple[Item, ...]:
        """The OVF items of a library, by name."""
        ids = self._get(self._path("content/library/item"), {"library_id": library.id})
        found = (self._item(id_) for id_ in ids)
        ovfs = (item for item in found if item.type in {"ovf", ""})
        return tuple(sorted(ovfs, key=lambda item: item.name.casefold()))

    def find_item(self, library: Library, name: str) -> Item | None:
        """The item of that name, or None."""
        spec = {"library_id": library.id, "name": name}
        ids = self._post(self._path("content/library/item", "find"), spec, wrapped="spec")
        return self._item(ids[0]) if ids else None

    def import_ova(
        self,
        library: Library,
        name: str,
        ova: Ova,
        verification: Verification,
        ctx: JobContext,
        step: str,
    ) -> Item:
        """Upload an OVA as a new item; vCenter compares the checksums of what it received.

        Cancelled or failed, the item is removed again; a killed run leaves an item without files
        and with our mark, which the next run removes.

        Raises:
            AppError: vCenter refused, or received something else.
            Cancelled: the user asked to stop.
        """
        item = self._post(
            self._path("content/library/item"),
            {"library_id": library.id, "name": name, "type": "ovf", "description": IMPORT_MARK},
            wrapped="create_spec",
        )
        try:
            self._fill(item, ova, verification, ctx, step)
        except (AppError, Cancelled):
            with self._session.patience.ignoring():
                self._give_up(item)
            raise
        return self._item(item)

    def is_being_filled(self, item: str) -> bool:
        """Whether somebody has an update session open on the item: it may be no leftover."""
        for update in self._get(self._path("content/library/item/update-session")):
            try:
                state = self._get(self._session_path(str(update)))
            except NotFound:
                continue  # it ended meanwhile
            if state.get("library_item_id") == item and state.get("state") == "ACTIVE":
                return True
        return False

    def _give_up(self, item: str) -> None:
        """Take back an import of ours; failing to must not hide why it was given up."""
        for update, action in ((u, a) for u in self._updates for a in ("cancel", "")):
            with contextlib.suppress(AppError):
                method = "POST" if action else "DELETE"
                self._rest.call(method, self._session_path(update, action))
        try:
            self.delete_item(item)
        except AppError as error:
            log.info("The unfinished library item stays for the next run: %s", error.details)

    def has_item(self, item: str) -> bool:
        """Whether there is an item of that id.

        Raises:
            AppError: vCenter could not be asked.
        """
        try:
            self._item(item)
        except NotFound:
            return False
        return True

    def delete_item(self, item: str) -> None:
        """Remove an item; best effort where it is only tidying up."""
        try:
            self._rest.call("DELETE", self._path(f"content/library/item/{self._id(item)}"))
        except AppError as error:
            raise RemoteError(
                Text("The library item could not be removed."),
                Text("Remove it in the content library, then run again."),
                details=error.details,
            ) from error

    def summary(self, item: Item, placement: Placement) -> dict[str, Any]:
        """VCenter's ``filter``: licences, networks and parameters of an item for a target."""
        path = self._path(f"vcenter/ovf/library-item/{self._id(item.id)}", "filter")
        answer = self._rest.call("POST", path, {"target": _target(placement)})
        return answer if isinstance(answer, dict) else {}

    def deploy(
        self,
        item: Item,
        summary: Mapping[str, Any],
        placement: Placement,
        appliance: Appliance,
        ctx: JobContext,
        step: str,
    ) -> str:
        """Make the machine from an item; gives its id. It stays powered off.

        The call blocks until vCenter is done, so it is watched through the recent tasks.

        Raises:
            AppError: vCenter refused.
            Cancelled: the user asked to stop; the task was cancelled if vCenter allows it, and the
                machine removed if it was there already.
        """
        doing = Text("Deploying {name} from the content library", name=appliance.name)
        # told from a machine that another computer deploys under the same name
        annotation = f"{DEPLOY_MARK} ({secrets.token_hex(4)})"
        body = {
            "target": _target(placement),
            "deployment_spec": self._deployment_spec(summary, placement, appliance, annotation),
        }
        path = self._path(f"vcenter/ovf/library-item/{self._id(item.id)}", "deploy")
        try:
            answer = call_watched(
                self._session,
                lambda: self._rest.call("POST", path, body, timeout_s=_DEPLOY_TIMEOUT_S),
                ctx,
                step,
                appliance.name,
            )
        except Cancelled as stop:
            with self._session.patience.ignoring():
                left = take_back(self._session, placement.folder, appliance.name, annotation)
            raise Cancelled(left or stop.left) from stop
        resource = (answer or {}).get("resource_id") or {}
        if not (answer or {}).get("succeeded", bool(resource)) or not resource.get("id"):
            raise RemoteError(
                Text(
                    "{doing}: {reasons}",
                    doing=doing,
                    reasons=_deploy_errors(answer) or Text("vCenter gave no reason."),
                ),
                Text("See the recent tasks in vCenter, mend the cause and run again."),
            )
        return str(resource["id"])

    def _deployment_spec(
        self,
        summary: Mapping[str, Any],
        placement: Placement,
        appliance: Appliance,
        annotation: str,
    ) -> dict[str, Any]:
        mappings: Any = {name: to.moid for name, to in appliance.networks.items()}
        if not self._rest.is_modern:
            mappings = [{"key": key, "value": value} for key, value in mappings.items()]
        spec: dict[str, Any] = {
            "name": stored_name(appliance.name),
            "annotation": annotation,
            self._eula_field: True,
            "network_mappings": mappings,
            "storage_provisioning": _PROVISIONING[appliance.disk_format],
            "default_datastore_id": placement.datastore,
            "additional_parameters": _parameters(summary, appliance),
        }
        if placement.policy is not None:
            spec["storage_profile_id"] = placement.policy.id
        return spec

    @property
    def _eula_field(self) -> str:
        """The published schemas spell it ``accept_all_EULA`` up to 8.0, in small letters from 9."""
        return "accept_all_eula" if self._session.about.release >= (9,) else "accept_all_EULA"

    def _fill(
        self, item: str, ova: Ova, verification: Verification, ctx: JobContext, step: str
    ) -> None:
        update = self._post(
            self._path("content/library/item/update-session"),
            {"library_item_id": item},
            wrapped="create_spec",
        )
        self._updates.append(update)
        total = sum(digest.size for digest in verification.digests.values())
        meter = ByteMeter(ctx, step, total)
        for member in ova.members:
            digest = verification.digests[member.name]
            endpoint = self._add_file(update, member.name, digest.size, digest.sha256)
            self._push(update, endpoint, ova, member.name, meter, ctx)
        self._post(self._session_path(update, "complete"), None)
        self._wait_until_done(update, ctx)
        self._rest.call("DELETE", self._session_path(update))
        self._updates.remove(update)

    def _push(
        self, update: str, endpoint: str, ova: Ova, name: str, meter: ByteMeter, ctx: JobContext
    ) -> None:
        """Send one file; once more if vCenter ended the login before it looked at that.

        Every other call logs in again by itself. That the login has ended is not always said: the
        refusal of a large file may be lost with the connection.
        """
        sent_before = meter.done
        for is_last in (False, True):
            login = self._rest.headers
            headers = {**login, "Content-Type": "application/octet-stream"}
            to = Destination(endpoint, "PUT", self._session.context, headers=headers)
            try:
                with ova.open(name) as source:
                    send(to, source, meter, ctx)
            except (RemoteError, ConnectError):
                if is_last or not self._has_renewed(login, update):
                    raise
                meter.done = sent_before
            else:
                return

    def _has_renewed(self, login: Mapping[str, str], update: str) -> bool:
        """Ask for something harmless, which logs in again where that is needed: was it?"""
        try:
            self._get(self._session_path(update))
        except AppError:
            return False
        return self._rest.headers != login

    def _add_file(self, update: str, name: str, size: int, sha256: str) -> str:
        spec = {
            "name": name,
            "source_type": "PUSH",
            "size": size,
            "checksum_info": {"algorithm": "SHA256", "checksum": sha256},
        }
        if self._rest.is_modern:
            path = f"/api/content/library/item/update-session/{update}/file"
        else:
            path = self._path(f"content/library/item/updatesession/file/{self._id(update)}", "add")
        added = self._post(path, spec, wrapped="file_spec")
        return str(added["upload_endpoint"]["uri"])

    def _wait_until_done(self, update: str, ctx: JobContext) -> None:
        while True:
            state = self._get(self._session_path(update))
            if state["state"] == "DONE":
                return
            if state["state"] in {"ERROR", "CANCELED"}:
                said = (state.get("error_message") or {}).get("default_message", "")
                raise RemoteError(
                    Text("The content library refused the OVA: {reason}", reason=said or "?"),
                    Text("Check the library's storage, then run again."),
                )
            ctx.pause(0.5)

    def _library(self, id_: str) -> Library:
        return Library(id_, str(self._get(self._path(f"content/library/{self._id(id_)}"))["name"]))

    def _item(self, id_: str) -> Item:
        info = self._get(self._path(f"content/library/item/{self._id(id_)}"))
        if self._rest.is_modern:
            files = self._get(f"/api/content/library/item/{id_}/file")
        else:
            files = self._get(self._path("content/library/item/file"), {"library_item_id": id_})
        return Item(
            id_,
            str(info["name"]),
            str(info.get("type") or ""),
            str(info.get("description") or ""),
            {str(f["name"]): self._size(f) for f in files or []},
        )

    def _size(self, file: Mapping[str, Any]) -> int:
        """In bytes, 0 where it is not known; govmomi's own library counts a disk too short.

        It leaves out the start, in which it has looked for the disk's descriptor.
        """
        is_counted = self._rest.is_modern or not str(file["name"]).endswith(".vmdk")
        if is_counted or not self._session.is_simulated:
            return int(file.get("size") or 0)
        return 0

    def _path(self, resource: str, action: str = "") -> str:
        if self._rest.is_modern:
            return f"/api/{resource}" + (f"?action={action}" if action else "")
        return f"/rest/com/vmware/{resource}" + (f"?~action={action}" if action else "")

    def _session_path(self, update: str, action: str = "") -> str:
        return self._path(f"content/library/item/update-session/{self._id(update)}", action)

    def _id(self, id_: str) -> str:
        return id_ if self._rest.is_modern else f"id:{id_}"

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        answer = self._rest.call("GET", path, params=params)
        return [] if answer is None else answer

    def _post(self, path: str, body: object | None, wrapped: str = "") -> Any:
        """POST a body, which the older dialect wants wrapped in the parameter's name."""
        if body is not None and wrapped and not self._rest.is_modern:
            body = {wrapped: body}
        return self._rest.call("POST", path, body)


def _target(placement: Placement) -> dict[str, str]:
    target = {"resource_pool_id": placement.pool, "folder_id": placement.folder}
    return target | ({"host_id": placement.host} if placement.host else {})


def _parameters(summary: Mapping[str, Any], appliance: Appliance) -> list[dict[str, Any]]:
    """What ``filter`` returned with our values filled in, and what it did not return added.

    Both ``@class`` and ``type`` are needed, or vCenter ignores the block without a word. Blocks
    we have nothing to say about are not sent back: vCenter then uses its defaults.
    """
    offered = {
        str(block.get("type")): dict(block)
        for block in summary.get("additional_params") or []
        if isinstance(block, dict)
    }
    option = offered.get("DeploymentOptionParams", {})
    option |= {
        "@class": _CLASS + "deployment_option_params",
        "type": "DeploymentOptionParams",
        "selected_key": appliance.configuration,
    }
    block = offered.get("PropertyParams", {})
    block |= {
        "@class": _CLASS + "property_params",
        "type": "PropertyParams",
        "properties": _properties(block.get("properties"), appliance.properties),
    }
    return [option, block]


def _properties(offered: Any, values: Mapping[str, str]) -> list[dict[str, Any]]:
    if not offered:
        # An old or simulated endpoint that lists none takes the whole key as the id, as govc does.
        return [{"id": key, "value": value} for key, value in values.items()]
    rest = dict(values)
    filled = []
    for entry in offered:
        parts = (entry.get("class_id"), entry.get("id"), entry.get("instance_id"))
        key = ".".join(part for part in parts if part)
        filled.append({**entry, "value": rest.pop(key)} if key in rest else dict(entry))
    # ``filter`` knows no deployment option, so those of the frontend may be missing (F14)
    for key, value in rest.items():
        class_id, _, id_ = key.rpartition(".")
        filled.append({"class_id": class_id, "id": id_, "value": value})
    return filled


def _deploy_errors(answer: Any) -> str:
    errors = ((answer or {}).get("error") or {}).get("errors") or []
    said = []
    for error in errors:
        detail = error.get("error") or {}
        said += [m.get("default_message", "") for m in detail.get("messages") or []]
        said += [str(error.get("message", {}).get("default_message", ""))] if not detail else []
        said += [f"{i.get('name', '')}: {i.get('value', '')}" for i in error.get("issues") or []]
    return listed(text for text in said if text)
