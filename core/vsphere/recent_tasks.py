"""What vCenter itself is doing with our objects: its recent tasks, read beside the running job."""

from __future__ import annotations

import contextlib
import http.client
import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from pyVmomi import vim, vmodl

from core.errors import AppError
from core.text import Text
from core.vsphere.entity_names import object_name
from core.vsphere.retrieve import read_object, read_objects
from core.vsphere.session import Session

_Collector = vmodl.query.PropertyCollector
_PATHS = ("info.descriptionId", "info.entity", "info.entityName", "info.state", "info.progress",
          "info.error")  # fmt: skip
MOST = 12

_OURS: dict[tuple[str, str], Text] = {
    ("", "createdistributedvirtualswitch"): Text("Create distributed switch"),
    ("", "createdvs"): Text("Create distributed switch"),
    ("", "adddvportgroup"): Text("Add port group"),
    ("", "addportgroups"): Text("Add port group"),
    ("switch", "reconfigure"): Text("Change distributed switch"),
    ("switch", "reconfiguredvs"): Text("Change distributed switch"),
    ("switch", "destroy"): Text("Remove distributed switch"),
    ("portgroup", "destroy"): Text("Remove port group"),
    ("", "importvapplro"): Text("Deploy OVF template"),
    ("", "importvapp"): Text("Deploy OVF template"),
    ("", "createvm"): Text("Create virtual machine"),
    ("", "clone"): Text("Clone virtual machine"),
    ("machine", "reconfigure"): Text("Change virtual machine"),
    ("", "reconfigvm"): Text("Change virtual machine"),
    ("", "poweron"): Text("Power on virtual machine"),
    ("", "poweronvm"): Text("Power on virtual machine"),
    ("", "poweroff"): Text("Power off virtual machine"),
    ("", "poweroffvm"): Text("Power off virtual machine"),
    ("machine", "destroy"): Text("Remove virtual machine"),
    ("", "rename"): Text("Rename"),
    ("", "destroy"): Text("Remove"),
}
"""What this program has done, by kind of object and method: the task list of vCenter as a person
reads it, in both languages. vCenter has labels for ids of its own alone, and simulators none."""

_KINDS = ((vim.DistributedVirtualSwitch, "switch"), (vim.dvs.DistributedVirtualPortgroup,
          "portgroup"), (vim.VirtualMachine, "machine"))  # fmt: skip


class RecentTask(Struct, frozen=True):
    """A task of vCenter; ``state`` is queued, running, success or error, as vCenter names it."""

    id: str
    what: Text
    object_name: str
    state: str
    percent: int | None = None
    error: str = ""


class RecentTasks:
    """The tasks begun since this was made that concern objects of ours, newest first."""

    def __init__(self, session: Session, names: Iterable[str]) -> None:
        self._session = session
        self._names = frozenset(filter(None, names))
        self._labels: dict[str, str] = {}
        self._known: dict[str, str] = {}
        manager = session.content.taskManager
        row = read_object(session, manager, "recentTask", "description.methodInfo")
        self._before = frozenset(task._GetMoId() for task in row["recentTask"] or ())
        for method in row["description.methodInfo"] or ():
            self._labels[str(method.key)] = str(method.label)

    def read(self) -> tuple[RecentTask, ...]:
        """The tasks as they are now."""
        manager = self._session.content.taskManager
        found = read_object(self._session, manager, "recentTask")["recentTask"] or ()
        ours = [task for task in found if task._GetMoId() not in self._before]
        rows = read_objects(self._session, _PATHS, ours[-4 * MOST :])
        self._learn_names(row["info.entity"] for row in rows)
        tasks = [self._task(row) for row in rows]
        return tuple(task for task in reversed(tasks) if task.object_name in self._names)[:MOST]

    def _learn_names(self, entities: Iterable[Any]) -> None:
        """Names of objects not met before; a task may call its object by its id."""
        new = {
            entity._GetMoId(): entity
            for entity in entities
            if isinstance(entity, vim.ManagedEntity) and entity._GetMoId() not in self._known
        }
        if not new:
            return
        self._known.update(dict.fromkeys(new, ""))  # gone ones are not asked for again
        spec = _Collector.FilterSpec(
            objectSet=[_Collector.ObjectSpec(obj=entity) for entity in new.values()],
            propSet=[_Collector.PropertySpec(type=vim.ManagedEntity, pathSet=["name"])],
            reportMissingObjectsInResults=True,
        )
        collector = self._session.content.propertyCollector
        page = collector.RetrievePropertiesEx([spec], _Collector.RetrieveOptions())
        for content in page.objects if page else ():
            for prop in content.propSet or []:
                self._known[content.obj._GetMoId()] = object_name(prop.val)

    def _task(self, row: Any) -> RecentTask:
        entity = row["info.entity"]
        known = self._known.get(entity._GetMoId(), "") if entity is not None else ""
        what = str(row["info.descriptionId"] or "")
        error = row["info.error"]
        said = getattr(error, "localizedMessage", "") or getattr(error, "msg", "") or ""
        if error is not None and not said:
            said = type(error).__name__.rpartition(".")[2]
        percent = row["info.progress"]
        return RecentTask(
            row.moid,
            _said(what, entity, self._labels.get(what, "")),
            known or object_name(row["info.entityName"]),
            str(row["info.state"] or ""),
            int(percent) if percent is not None else None,
            str(said),
        )


def _said(task: str, entity: Any, label: str) -> Text:
    """A name for people: ours, else vCenter's label, else the method's own name in words."""
    method = re.sub(r"(_task|\.label|\.descriptionid)$", "", task, flags=re.IGNORECASE)
    method = method.rpartition(".")[2]
    kind = next((name for cls, name in _KINDS if isinstance(entity, cls)), "")
    for key in ((kind, method.casefold()), ("", method.casefold())):
        if key in _OURS:
            return _OURS[key]
    if label and label != method:
        return Text("{label}", label=label)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", method.removesuffix("LRO")).casefold()
    return Text("{label}", label=words[:1].upper() + words[1:])


@contextlib.contextmanager
def unimportant() -> Any:
    """Whatever happens in the block is only shown beside the job and must not end it."""
    with contextlib.suppress(AppError, vmodl.MethodFault, OSError, http.client.HTTPException):
        yield
