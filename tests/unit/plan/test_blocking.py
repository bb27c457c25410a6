"""Every error stands in the way of a step, found by the field it is about."""

from __future__ import annotations

import pytest

from core.findings import Finding, Severity
from core.plan.plan import Plan
from core.plan.step import Action, Step
from core.text import Text


class Nothing(Step):
    def run(self, work: object) -> None: ...


def step(key: str, name: str, wanted: Action = Action.CREATE) -> Step:
    return Nothing(key=key, title=Text(name), object_name=name, wanted=wanted)


def steps() -> tuple[Step, ...]:
    return (
        step("ova", "haproxy.ova", Action.CHECK),
        step("switch", "vds", Action.PRESENT),
        step("port-group-1", "primary"),
        step("port-group-2", "more"),
        step("host-esx-1", "esx-1", Action.PRESENT),
        step("host-esx-2", "esx-2"),
        step("import", "item"),
        step("deploy", "haproxy"),
        step("settings", "haproxy", Action.CHANGE),
        step("read-back", "haproxy", Action.CHECK),
        step("power-on", "haproxy", Action.CHANGE),
    )


def error(field: str, what: Text | None = None, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(severity, "some-error", (field,) if field else (), what or Text("It is wrong."))


def blocked(finding: Finding, given: tuple[Step, ...] | None = None) -> list[str]:
    plan = Plan(given or steps(), (finding,), None, ())
    assert plan.is_blocked
    found = [one for one in plan.steps if one.action is Action.BLOCKED]
    assert all(one.reason == finding.what for one in found)
    assert plan.all_findings == (finding,), "said once"
    return [one.key for one in found]


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("deployment.management_network", ["deploy"]),
        ("network.workload_address", ["deploy"]),
        ("load_balancing.ranges", ["deploy"]),
        ("vm.cluster", ["deploy"]),
        ("switch.name", ["switch"]),
        ("switch.cluster", ["switch"]),
        ("switch.nics", ["host-esx-2"]),
        ("switch.host_nics", ["host-esx-2"]),
        ("switch.port_groups", ["port-group-1", "port-group-2"]),
        ("ova.file", ["ova"]),
        ("ova.item", ["import"]),
        ("vcenter.address", ["port-group-1"]),
        ("", ["port-group-1"]),
    ],
)
def test_the_field_says_which_step(field: str, key: list[str]) -> None:
    assert blocked(error(field)) == key


def test_of_several_steps_the_named_one_is_blocked() -> None:
    what = Text("The name {name} is taken.", name="more")
    assert blocked(error("switch.port_groups", what)) == ["port-group-2"]


@pytest.mark.parametrize(
    ("privilege", "name", "keys"),
    [
        ("DVPortgroup.Create", "vds", ["port-group-1", "port-group-2"]),
        ("DVSwitch.HostOp", "vds", ["host-esx-2"]),
        ("Host.Config.Network", "esx-1", ["host-esx-1"]),
        ("Datastore.AllocateSpace", "ds", ["deploy"]),
        ("VirtualMachine.Interact.PowerOn", "haproxy", ["power-on"]),
    ],
)
def test_a_missing_privilege_blocks_what_needs_it(
    privilege: str, name: str, keys: list[str]
) -> None:
    what = Text(
        "{user} lacks {privileges} on {name}.", user="me", privileges=privilege,
        name=Text("object {name}", name=name),
    )  # fmt: skip
    assert blocked(error("vcenter.user", what)) == keys


def test_what_is_there_already_is_blocked_where_nothing_else_is() -> None:
    given = (step("deploy", "haproxy", Action.PRESENT),)
    assert blocked(error("network.workload_address"), given) == ["deploy"]


def test_a_warning_blocks_nothing() -> None:
    plan = Plan(steps(), (error("vm.cluster", severity=Severity.WARNING),), None, ())
    assert not [one for one in plan.steps if one.action is Action.BLOCKED]
