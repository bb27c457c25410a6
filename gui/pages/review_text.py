"""The review as plain text: for the clipboard, a file, a mail. Secrets are "set" or "not set"."""

from __future__ import annotations

from typing import Any

from core.background.deploying import PlanView
from core.fields import FieldSpec, Kind
from core.profile.model import SECRET_FIELDS, SECTIONS, Profile, is_visible
from core.profile.values import TABLES, format_value
from core.text import Text, listed
from gui.profile_model import ProfileModel

ACTIONS = {
    "create": Text("create"),
    "change": Text("change"),
    "check": Text("check"),
    "present": Text("already there"),
    "blocked": Text("blocked"),
    "remove": Text("remove"),
    "keep": Text("stays"),
}


def shown_value(spec: FieldSpec, value: Any) -> Text:
    """A value as the review shows it."""
    if value in ("", (), None):
        return Text("–")
    if spec.kind is Kind.FLAG:
        return Text("yes") if value else Text("no")
    if spec.kind is Kind.CHOICE:
        label = next((c.label for c in spec.choices if c.value == value), None)
        return label or Text("{value}", value=value)
    if spec.kind is Kind.PEM and "-----BEGIN" in value:
        return Text(
            "set ({count} line of PEM)", "set ({count} lines of PEM)", count=len(value.splitlines())
        )
    if spec.kind is Kind.PORT_GROUPS:
        return Text("{groups}", groups=listed(
            f"{g.name} (VLAN {g.vlan})" if g.vlan else g.name for g in value))  # fmt: skip
    if spec.kind is Kind.HOST_NICS:
        hosts = (f"{host}: {listed(f'{u} {n}' for u, n in nics)}" for host, nics in value)
        return Text("{hosts}", hosts="; ".join(hosts))
    if spec.kind in TABLES:
        return Text("{pairs}", pairs=listed(f"{key}: {item}" for key, item in value))
    return Text("{value}", value=format_value(spec, value))


def secret_state(model: ProfileModel, spec: FieldSpec) -> Text:
    """Set or not set, and where it comes from; never what it is."""
    if model.has_typed(spec.name):
        return Text("set")
    return Text("set (from the keyring)") if model.has_stored(spec.name) else Text("not set")


def is_changed(spec: FieldSpec, profile: Profile) -> bool:
    """Whether a value differs from what a new profile has."""
    return bool(profile.value(spec.key) != spec.default)


def review_text(model: ProfileModel, plan: PlanView | None) -> str:
    """Problems, steps and values as lines."""
    profile = model.profile
    lines = [str(Text("Review of {name}", name=profile.vm.name)), ""]
    lines.append(str(Text("Problems")))
    found = model.findings
    lines += [f"  - {f.what} {f.advice or ''}".rstrip() for f in found] or [f"  {Text('none')}"]
    lines += ["", str(Text("Steps"))]
    for step in plan.steps if plan else ():
        lines.append(f"  {ACTIONS[step.action]}: {step.title} {step.object_name}".rstrip())
    for section in SECTIONS:
        lines += ["", str(section.title)]
        for spec in section.fields:
            if is_visible(spec, profile):
                value = shown_value(spec, profile.value(spec.key))
                lines.append(f"  {spec.label}: {value}")
    lines += ["", str(Text("Secrets"))]
    lines += [f"  {spec.label}: {secret_state(model, spec)}" for spec in SECRET_FIELDS.values()]
    return "\n".join(lines) + "\n"
