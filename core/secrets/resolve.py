"""Finds the secrets a run needs: environment, then keyring, then a question. Never arguments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from core.errors import AppError, SecretStoreError
from core.fields import FieldSpec
from core.profile.model import SECRETS, Profile, Secrets
from core.redaction import REDACTOR
from core.secrets.store import SecretStore, ref_for
from core.secrets.variables import VARIABLES, read_variable
from core.text import Joined, Text

Prompt = Callable[[FieldSpec], str]
"""Asks a person for one secret; an empty answer means none."""

_SPECS = {spec.name: spec for spec in SECRETS.fields}


class SecretsMissing(AppError):
    """Secrets that a run needs were found nowhere; ``names`` are fields of ``Secrets``."""

    code = "secrets-missing"

    def __init__(self, names: tuple[str, ...], store_error: SecretStoreError | None) -> None:
        self.names = names
        missing = Joined(
            Text("{label} ({variable})", label=_SPECS[name].label, variable=VARIABLES[name])
            for name in names
        )
        if store_error is None:
            advice = Text(
                "Store them with haproxy-setup password set PROFILE, set these environment "
                "variables, or run in a terminal to be asked."
            )
        else:
            advice = Text(
                "Set these environment variables, or run in a terminal to be asked. The keyring "
                "cannot help: {reason}", reason=store_error.what,
            )  # fmt: skip
        super().__init__(Text("Not given: {missing}.", missing=missing), advice)


def needed_secrets(profile: Profile) -> tuple[str, ...]:
    """The secrets a deployment of this profile needs, in the order they are asked for."""
    names = ["vcenter_password", "root_password", "dataplane_password"]
    if profile.appliance.ca_certificate and not profile.appliance.ca_key_file:
        names.append("ca_key")
    return tuple(names)


def resolve_secrets(
    profile: Profile,
    *,
    store: SecretStore | None,
    environ: Mapping[str, str],
    prompt: Prompt | None = None,
    needed: Collection[str] | None = None,
) -> Secrets:
    """The secrets named in ``needed`` (default: what a deployment needs), the others empty.

    The store is only touched for what the environment does not give, and a store that fails is
    only reported if something is missing in the end. Logs hide what was found from now on.

    Raises:
        SecretsMissing: Names every secret found nowhere and the ways to give it.
        VariableUnusable: A variable holds what no password can be.
    """
    wanted = tuple(needed_secrets(profile) if needed is None else needed)
    values: dict[str, str] = {}
    store_error: SecretStoreError | None = None
    for name in wanted:
        value = read_variable(environ, VARIABLES[name])
        if not value and store is not None and store_error is None:
            try:
                value = store.get(ref_for(profile, name)) or ""
            except SecretStoreError as error:
                store_error = error
        if value:
            values[name] = value
    if prompt is not None:
        for name in wanted:
            if name not in values:
                values[name] = prompt(_SPECS[name])
    missing = tuple(name for name in wanted if not values.get(name))
    if missing:
        raise SecretsMissing(missing, store_error)
    REDACTOR.hide(values.values())
    return Secrets(**values)
