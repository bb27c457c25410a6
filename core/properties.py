"""The appliance's OVF properties as strings, in the exact form its first boot needs."""

from __future__ import annotations

from typing import Any

from core import certificates
from core.checks.networks import find_network, merged
from core.errors import InvalidInput
from core.fields import FieldSpec, Kind
from core.profile.model import (
    FIELDS,
    SECRET_FIELDS,
    SECRETS,
    Profile,
    Secrets,
    visible_fields,
)

_CA_CERTIFICATE, _CA_KEY = "appliance.ca_cert", "appliance.ca_cert_key"


def secret_keys() -> frozenset[str]:
    """The OVF keys that hold secrets: never logged, shown or compared."""
    return frozenset(spec.ovf_key for spec in SECRET_FIELDS.values() if spec.ovf_key)


def render_properties(
    profile: Profile, secrets: Secrets, *, ca_certificate: str = "", ca_key: str = ""
) -> dict[str, str]:
    """Each OVF key of the chosen configuration and its value, empty values left out.

    ``ca_certificate`` and ``ca_key`` come from ``certificates.read_authority``; any other form
    is brought into theirs. The CA is never read from the profile here: that would be I/O.

    Raises:
        InvalidInput: a value would stop the first boot.
        AuthorityIncomplete: only one of CA certificate and key is given.
        CertificateError: one of them cannot be read.
    """
    rendered: dict[str, str] = {}
    for spec in visible_fields(profile):
        if spec.ovf_key and spec.ovf_key != _CA_CERTIFICATE:
            _put(rendered, spec, profile.value(spec.key))
    for spec in SECRETS.fields:
        if spec.ovf_key and spec.ovf_key != _CA_KEY:
            _put(rendered, spec, getattr(secrets, spec.name))
    authority = certificates.normalised_authority(ca_certificate, ca_key)
    if authority is not None:
        rendered[_CA_CERTIFICATE] = one_line(authority.certificate)
        rendered[_CA_KEY] = one_line(authority.key)
    # A property that has a field is never taken from here, not even when the field is hidden.
    known = {spec.ovf_key for spec in (*FIELDS.values(), *SECRET_FIELDS.values())}
    rendered.update((key, value) for key, value in profile.properties if key not in known)
    return rendered


def one_line(pem: str) -> str:
    """PEM with a single space where a line ended, the form that survives.

    Line breaks do not: they become spaces in the attribute of the OVF environment's XML, and a
    carriage return would become an empty line. The first boot's ``formatCertificate`` makes a
    line of each word and keeps BEGIN, END and PRIVATE with the word after, so from this form it
    restores the PEM exactly. It decodes no base64, so base64 of PEM is not sent.
    """
    return " ".join(line for line in pem.splitlines() if line)


def _put(rendered: dict[str, str], spec: FieldSpec, value: Any) -> None:
    if value in ("", (), None):
        return
    errors = [f for f in spec.check(spec.key, value) if f.is_error] if spec.check else []
    if errors:
        raise InvalidInput(errors)
    rendered[spec.ovf_key] = _text(spec.kind, value)


def _text(kind: Kind, value: Any) -> str:
    if kind is Kind.FLAG:
        return "True" if value else "False"
    if kind is Kind.CIDR_LIST:
        networks = (find_network(entry) for entry in value)
        return ",".join(merged(str(network) for network in networks if network is not None))
    if kind is Kind.ADDRESS_LIST:
        return ",".join(dict.fromkeys(value))
    return str(value)
