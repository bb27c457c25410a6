"""What vCenter's faults mean, in one table: what happened and what to do about it.

Mapped on the fault's class, never on its text, which differs by version and language.
"""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Callable, Iterator
from typing import Any

from pyVmomi import vim, vmodl

from core.errors import AppError, ConnectError, NotAllowed, RemoteError
from core.text import Text, listed
from core.vsphere.entity_names import object_name
from core.vsphere.stub import UnreadableAnswer

_Advice = Callable[[Any], tuple[Text, Text | None]]


def _no_permission(fault: Any) -> tuple[Text, Text | None]:
    missing = getattr(fault, "privilegeId", "") or listed(
        p for m in getattr(fault, "missingPrivileges", None) or [] for p in m.privilegeIds or []
    )
    return (
        Text("the account lacks the privilege {privilege}", privilege=missing or "?"),
        Text("Have a vCenter administrator grant it on this object, or use another account."),
    )


def _name(fault: Any) -> str:
    return object_name(getattr(fault, "name", ""))


_MEANING: tuple[tuple[type, _Advice], ...] = (
    (vim.fault.NoPermission, _no_permission),
    (
        vim.fault.DuplicateName,
        lambda f: (
            Text("the name {name} is already used there", name=_name(f) or "?"),
            Text("Choose another name, or have the existing object used."),
        ),
    ),
    (
        vim.fault.AlreadyExists,
        lambda f: (
            Text("it exists already: {name}", name=_name(f) or "?"),
            Text("Run again: what exists is recognised and used."),
        ),
    ),
    (
        vim.fault.FileAlreadyExists,
        lambda f: (
            Text("a file of that name exists on the datastore: {file}", file=f.file or "?"),
            Text(
                "A virtual machine that was renamed keeps its folder: look which one uses it "
                "before you remove anything. Or choose another name for the new one."
            ),
        ),
    ),
    (
        vim.fault.ResourceInUse,
        lambda f: (
            Text("{name} is in use", name=_name(f) or Text("the object")),
            Text("Use another one (a free physical NIC, for instance), or free it first."),
        ),
    ),
    (
        vim.fault.ConcurrentAccess,
        lambda f: (Text("somebody else changed it at the same moment"), Text("Try again.")),
    ),
    (
        vim.fault.InsufficientResourcesFault,
        lambda f: (
            Text("the cluster or host has not enough free resources"),
            Text("Free CPU or memory, or choose another cluster or resource pool."),
        ),
    ),
    (
        vim.fault.NoDiskSpace,
        lambda f: (
            Text("datastore {name} is full", name=object_name(getattr(f, "datastore", "")) or "?"),
            Text("Free space on it or choose another datastore."),
        ),
    ),
    (
        vim.fault.DvsOperationBulkFault,
        lambda f: (
            Text("a host refused: {reasons}", reasons=_bulk_reasons(f)),
            Text("Check the physical NICs chosen for that host."),
        ),
    ),
    (
        vim.fault.InvalidPowerState,
        lambda f: (
            Text("the machine is {state}", state=getattr(f, "existingState", "?")),
            Text("Bring it into the right power state and try again."),
        ),
    ),
    (
        vim.fault.NotAuthenticated,
        lambda f: (Text("the session is no longer valid"), Text("Log in and try again.")),
    ),
    (
        vim.fault.Timedout,
        lambda f: (Text("vCenter gave up waiting for a host"), Text("Check the host, try again.")),
    ),
    (
        vmodl.fault.HostCommunication,
        lambda f: (
            Text("vCenter cannot talk to the host"),
            Text("Reconnect the host, then try again."),
        ),
    ),
    (
        vim.fault.TaskInProgress,
        lambda f: (
            Text("another task is still running on it"),
            Text("Wait for that task to end (recent tasks in vCenter) and try again."),
        ),
    ),
    (
        vmodl.fault.ManagedObjectNotFound,
        lambda f: (
            Text("the object is gone: {name}", name=getattr(f, "obj", "") or "?"),
            Text("Somebody removed it meanwhile. Run again to see the present state."),
        ),
    ),
    (
        vmodl.fault.MethodNotFound,
        lambda f: (
            Text("this vCenter does not know the call {name}", name=getattr(f, "method", "?")),
            Text("vCenter 7.0 or newer is needed."),
        ),
    ),
    (
        vmodl.fault.RequestCanceled,
        lambda f: (Text("the task was cancelled in vCenter"), Text("Run again to go on.")),
    ),
)


def explain(fault: BaseException, doing: Text) -> AppError:
    """The error to show for a fault met while ``doing`` something ("Creating switch lab-vds")."""
    if isinstance(fault, AppError):
        return fault
    if isinstance(fault, UnreadableAnswer):
        return RemoteError(
            Text(
                "{doing}: {reason}.",
                doing=doing,
                reason=Text("vCenter gave an answer that this program cannot read"),
            ),
            Text(
                "Whether it was done is not known; look at the recent tasks in vCenter. If it "
                "happens again, a newer version of this program may know what this vCenter says."
            ),
            details=f"{type(fault).__name__}: {fault}",
        )
    if isinstance(fault, OSError | http.client.HTTPException):
        return ConnectError(
            Text("{doing}: the connection was lost.", doing=doing),
            Text("Check the network and that the vCenter is up, then run again: it goes on."),
            details=f"{type(fault).__name__}: {fault}",
        )
    details = f"{type(fault).__name__}: {getattr(fault, 'msg', '') or fault_message(fault)}"
    for kind, meaning in _MEANING:
        if isinstance(fault, kind):
            reason, advice = meaning(fault)
            error = NotAllowed if kind is vim.fault.NoPermission else RemoteError
            return error(
                Text("{doing}: {reason}.", doing=doing, reason=reason), advice, details=details
            )
    return RemoteError(
        Text(
            "{doing}: vCenter answered {fault}: {message}",
            doing=doing,
            fault=type(fault).__name__.rpartition(".")[2],
            message=fault_message(fault) or Text("no further explanation"),
        ),
        Text("Look at the recent tasks in vCenter for more, mend the cause and run again."),
        details=details,
    )


@contextlib.contextmanager
def explained(doing: Text) -> Iterator[None]:
    """Turn any fault of the block into the error to show for it."""
    try:
        yield
    except (vmodl.MethodFault, OSError, http.client.HTTPException) as fault:
        raise explain(fault, doing) from fault


def fault_message(fault: Any) -> str:
    """The text a fault carries, wherever it carries it."""
    message = getattr(fault, "msg", "") or getattr(fault, "localizedMessage", "")
    if message:
        return str(message).strip().rstrip(".")
    said = [m.message for m in getattr(fault, "faultMessage", None) or [] if m.message]
    return "; ".join(said)


def _bulk_reasons(fault: Any) -> str:
    return listed(
        f"{type(entry.fault).__name__.rpartition('.')[2]} {fault_message(entry.fault)}".strip()
        for entry in getattr(fault, "hostFault", None) or []
    )
