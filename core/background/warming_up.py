"""Imports what the first connection needs while nobody waits for it.

An import holds the interpreter for long moments: 60 ms when all of it is done at once, on the
click that needs it. One module after the other, with a rest between, nobody notices.
"""

from __future__ import annotations

import importlib

from core.jobs import JobContext

REST_S = 0.03
MODULES = (
    "ssl", "http.client", "email.parser", "urllib.request", "http.cookies", "xml.parsers.expat",
    "pyVmomi.VmomiSupport", "pyVmomi", "pyVmomi.SoapAdapter", "pyVim.connect",
    "cryptography.x509", "core.certificates", "requests", "core.vsphere.stub",
    "core.vsphere.session", "core.vsphere.inventory", "core.vsphere.switch",
    "core.vsphere.library", "core.vsphere.policies", "core.checks.profile",
    "core.plan.plan", "core.plan.preparation", "core.plan.deployment", "core.background.watching",
    "core.vsphere.recent_tasks", "keyring", "core.ova.verify",
)  # fmt: skip


def warm_up(ctx: JobContext) -> None:
    """Import them all; one that is missing here is for whoever needs it to tell."""
    for module in MODULES:
        ctx.pause(REST_S)
        try:
            importlib.import_module(module)
        except ImportError:
            continue
