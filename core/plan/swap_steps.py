"""The steps of a redeployment: machines change names and power, never two of them on (F16).

Each looks at the machines as they are, so that any of them may be the first after an interruption.
"""

from __future__ import annotations

from datetime import UTC, datetime

from core.errors import AppError, RemoteError
from core.plan.step import Step
from core.plan.whereabouts import is_appliance
from core.plan.work import Work
from core.text import Text
from core.vsphere.machine import (
    READY,
    MachineState,
    find_by_id,
    power_on,
    rename_machine,
)
from core.vsphere.relatives import (
    REPLACED_KEY,
    REPLACES_KEY,
    Relatives,
    find_relatives,
    prepared_name,
    replaced_name,
)
from core.vsphere.removal import destroy_machine, shut_down


class SwapStep(Step, kw_only=True):
    """A step that changes names and power of the machines; it looks at them first."""

    name: str

    def machines(self, work: Work) -> Relatives:
        """The machines as they are now.

        Raises:
            RemoteError: what has the appliance's name is no appliance (F16).
        """
        found = find_relatives(work.session, work.facts.folder, self.name)
        if found.current is not None and not is_appliance(found.current):
            raise RemoteError(
                Text("A virtual machine {name} exists which is not this appliance.",
                     name=self.name),
                Text("It was left alone. Rename it in vCenter, then run again."),
            )  # fmt: skip
        return found


class PowerOffOldStep(SwapStep):
    """Turn the old appliance off, when the new one is ready: its service stops here."""

    def run(self, work: Work) -> None:
        """See ``Step.run``."""
        machines = self.machines(work)
        old = machines.current
        if old is None or put_aside(machines) is not None:
            return
        if machines.prepared is None or machines.prepared.mark != READY:
            raise _gone(prepared_name(self.name))
        shut_down(work.session, old.moid, old.name, work.ctx)


class PutAsideStep(SwapStep):
    """Rename the old appliance, which marks it as replaced in the same call."""

    def run(self, work: Work) -> None:
        """See ``Step.run``."""
        machines = self.machines(work)
        old = machines.current
        if old is None or put_aside(machines) is not None:
            return
        if machines.prepared is None:
            raise _gone(prepared_name(self.name))
        new_name = _free_name(self.name, machines)
        marks = {REPLACED_KEY: machines.prepared.moid}
        rename_machine(work.session, old.moid, self.name, new_name, marks, work.ctx)


class TakeNameStep(SwapStep):
    """Give the new appliance the name."""

    def run(self, work: Work) -> None:
        """See ``Step.run``."""
        machines = self.machines(work)
        if machines.current is not None:
            return
        new = machines.prepared
        if new is None:
            raise _gone(prepared_name(self.name))
        rename_machine(work.session, new.moid, new.name, self.name, {}, work.ctx)


class PowerOnOnlyStep(SwapStep):
    """Power on the machine that has the name; never beside another one of its kind (F16)."""

    def run(self, work: Work) -> None:
        """See ``Step.run``."""
        machines = self.machines(work)
        if machines.current is None:
            raise _gone(self.name)
        others = [m for m in machines.all if m is not machines.current and _answers(m)]
        if others:
            raise RemoteError(
                Text("{name} is powered on too.", name=others[0].name),
                Text(
                    "Both answer for the same addresses (F16), so {name} was not powered on. Power "
                    "that machine off, then run again.",
                    name=self.name,
                ),
            )
        if not machines.current.is_on:
            power_on(work.session, machines.current.moid, self.name, work.ctx)


def _answers(machine: MachineState) -> bool:
    """Whether it may have the appliance's addresses: a stranger has its name alone."""
    return machine.is_on and is_appliance(machine)


class PowerOffNewStep(SwapStep):
    """Turn the new appliance off again, on the way back."""

    def run(self, work: Work) -> None:
        """See ``Step.run``."""
        machines = self.machines(work)
        new = machines.current if put_aside(machines) is not None else machines.prepared
        if new is not None and new.is_on:
            shut_down(work.session, new.moid, new.name, work.ctx)


class GiveNameBackStep(SwapStep):
    """Take the name from the new appliance."""

    def run(self, work: Work) -> None:
        """See ``Step.run``."""
        machines = self.machines(work)
        new = machines.current
        if new is None or put_aside(machines) is None:
            return
        marks = {REPLACES_KEY: self.name}
        rename_machine(work.session, new.moid, self.name, prepared_name(self.name), marks, work.ctx)


class RestoreStep(SwapStep):
    """Give the old appliance its name back, which takes the mark off it."""

    def run(self, work: Work) -> None:
        """See ``Step.run``."""
        machines = self.machines(work)
        old = put_aside(machines)
        if machines.current is None and old is not None:
            marks = {REPLACED_KEY: ""}
            rename_machine(work.session, old.moid, old.name, self.name, marks, work.ctx)


class RemoveOneStep(Step, kw_only=True):
    """Delete one machine that is off, if it still is the one that was agreed to."""

    moid: str

    def run(self, work: Work) -> None:
        """See ``Step.run``."""
        machine = find_by_id(work.session, self.moid)
        if machine is None:
            return
        if machine.is_on or machine.name != self.object_name:
            # between the question and now somebody else may have rolled back, or accepted
            raise RemoteError(
                Text("{name} is not as it was when the removal was agreed to.",
                     name=self.object_name),
                Text("It was renamed or powered on meanwhile, so it stays. Look at the machines "
                     "in vCenter, then run again."),
            )  # fmt: skip
        destroy_machine(work.session, self.moid, self.object_name, work.ctx, self.key)


def put_aside(machines: Relatives) -> MachineState | None:
    """The machine a redeployment has replaced and that was not accepted yet."""
    return machines.replaced[-1] if machines.replaced else None


def today() -> str:
    """The date in the names of machines that were put aside."""
    return datetime.now(UTC).strftime("%Y%m%d")


def _free_name(name: str, machines: Relatives) -> str:
    wanted = base = replaced_name(name, today())
    number = 2
    while wanted in machines.names:
        wanted, number = f"{base}-{number}", number + 1
    return wanted


def _gone(name: str) -> AppError:
    return RemoteError(
        Text("Virtual machine {name} is not there any more, or not ready.", name=name),
        Text("Redeploy again; it looks what is left to do."),
    )
