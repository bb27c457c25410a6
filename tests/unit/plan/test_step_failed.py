"""What a person reads when a step failed."""

from __future__ import annotations

from pyVmomi import vim

from core.errors import RemoteError, StepFailed
from core.text import Text
from core.vsphere.faults import explain


def test_what_was_being_done_is_said_once() -> None:
    fault = explain(vim.fault.InsufficientResourcesFault(), Text("Powering on haproxy"))
    failed = StepFailed("power-on", Text("Power on haproxy"), fault)
    assert str(failed.what).count(":") == 1
    assert str(failed.what).startswith("Power on haproxy: ")
    assert failed.details == fault.details


def test_another_error_is_said_whole() -> None:
    cause = RemoteError(Text("{name} is powered on too.", name="other"), Text("Turn it off."))
    failed = StepFailed("power-on", Text("Power on haproxy"), cause)
    assert str(failed.what) == "Power on haproxy: other is powered on too."
