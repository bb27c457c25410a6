"""vCenter's own tasks by names for people, whatever ids it or a simulator gives them."""

from __future__ import annotations

from typing import Any

import pytest
from pyVmomi import vim

from core.text import use_language
from core.vsphere.recent_tasks import _said

SWITCH = vim.dvs.VmwareDistributedVirtualSwitch("dvs-1")
GROUP = vim.dvs.DistributedVirtualPortgroup("dvportgroup-1")
MACHINE, FOLDER, POOL = vim.VirtualMachine("vm-1"), vim.Folder("f-1"), vim.ResourcePool("p-1")


@pytest.mark.parametrize(
    ("task", "entity", "label", "name"),
    [
        ("createVm.descriptionId", FOLDER, "", "Create virtual machine"),
        ("Folder.createVm", FOLDER, "Create virtual machine", "Create virtual machine"),
        ("Folder.createDistributedVirtualSwitch", FOLDER, "", "Create distributed switch"),
        ("VmwareDistributedVirtualSwitch.addDVPortgroup", SWITCH, "", "Add port group"),
        ("VmwareDistributedVirtualSwitch.reconfigure", SWITCH, "", "Change distributed switch"),
        ("VirtualMachine.reconfigVm", MACHINE, "reconfigVm", "Change virtual machine"),
        ("VirtualMachine.reconfigure", MACHINE, "", "Change virtual machine"),
        ("VirtualMachine.powerOn", MACHINE, "Power On virtual machine", "Power on virtual machine"),
        ("ManagedEntity.destroy", MACHINE, "", "Remove virtual machine"),
        ("ManagedEntity.destroy", SWITCH, "", "Remove distributed switch"),
        ("ManagedEntity.destroy", GROUP, "", "Remove port group"),
        ("ManagedEntity.destroy", None, "", "Remove"),
        ("ResourcePool.ImportVAppLRO", POOL, "", "Deploy OVF template"),
        ("host.NetworkSystem.updateLinks", None, "Update the links", "Update the links"),
        ("com.example.ovfs.doSomethingLRO", None, "", "Do something"),
        ("", None, "", ""),
    ],
)
def test_a_task_has_a_name_and_no_id(task: str, entity: Any, label: str, name: str) -> None:
    assert str(_said(task, entity, label)) == name


def test_our_own_tasks_are_named_in_the_language_of_the_window() -> None:
    said = _said("VirtualMachine.powerOn", MACHINE, "Power On virtual machine")
    use_language("ja")
    try:
        assert str(said) == "仮想マシンのパワーオン"
    finally:
        use_language("en")
