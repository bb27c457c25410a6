"""Checks of names: vCenter address, login, object names, switch version, host name, port."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address
from typing import Any

from msgspec.structs import replace

from core.checks.characters import quoted, stray, stray_problem, tidied
from core.checks.ipv4 import read_quad
from core.checks.reading import Problem, Reading, converted, wrong
from core.findings import Finding, Fix, Severity, rule
from core.text import Text
from core.vsphere.entity_names import stored_name

HOST_URL = rule(
    "host-is-url",
    Severity.ERROR,
    cause=Text("The address bar's text was pasted: scheme, port or path stand in it."),
    cure=Text("Enter the bare name or IP address; the port has a field of its own."),
)
HOST_FORM = rule(
    "host-form",
    Severity.ERROR,
    cause=Text("The value is neither a host name nor an IP address."),
    cure=Text("Enter a name such as vcenter.lab.example, or an IP address."),
)
LOGIN_DOMAIN = rule(
    "login-without-domain",
    Severity.WARNING,
    cause=Text("Without a domain vCenter looks the user up in its default identity source only."),
    cure=Text("Add the domain, for instance administrator@vsphere.local."),
)
NAME_LONG = rule(
    "name-long",
    Severity.ERROR,
    cause=Text("vCenter takes names of up to 80 characters."),
    cure=Text("Shorten the name to 80 characters."),
)
NAME_SPECIAL = rule(
    "name-special",
    Severity.NOTE,
    cause=Text("vCenter stores %, / and \\ in names in escaped form (%25, %2f, %5c)."),
    cure=Text("Avoid these characters if scripts use the name."),
)
VERSION_FORM = rule(
    "switch-version-form",
    Severity.ERROR,
    cause=Text("Switch versions have three numbers, as vCenter lists them."),
    cure=Text("Choose a version that this vCenter offers, such as 7.0.0."),
)
HOST_NAME_FORM = rule(
    "host-name-form",
    Severity.ERROR,
    cause=Text(
        "The first boot puts the host name into its files unescaped: / stops it and & corrupts "
        "them. Only letters, digits and hyphens in parts divided by dots are safe (RFC 1123)."
    ),
    cure=Text("Enter a name such as haproxy.lab.example."),
    source="F24",
)
HOST_NAME_LONG = rule(
    "host-name-long",
    Severity.WARNING,
    cause=Text("Linux takes host names of up to 64 characters."),
    cure=Text("Shorten the host name."),
    source="F24",
)
HOST_NAME_UNFIT = rule(
    "host-name-unfit",
    Severity.WARNING,
    cause=Text(
        "The name says nothing about this appliance, and localhost is what a failed first boot "
        "leaves behind."
    ),
    cure=Text("Enter a name of its own, such as haproxy.lab.example."),
    source="F1",
)
PORT_SSH = rule(
    "port-ssh",
    Severity.ERROR,
    cause=Text("SSH has port 22 of the management address; the API could not start."),
    cure=Text("Use 5556, the default, or another free port."),
    source="guide",
)
PORT_TAKEN = rule(
    "port-taken",
    Severity.WARNING,
    cause=Text("Another service of the appliance may listen on this port."),
    cure=Text("Use 5556, the default, or another free port."),
)

MOST_NAME = 80
MOST_HOST_NAME = 64
SSH_PORT = 22
_OTHER_VCENTER_PORTS = (5480, 9443)  # the appliance management page, the client of vSphere 6
# systemd-resolved listens on every address for LLMNR; the appliance's haproxy.cfg names 8404 for
# the statistics that an administrator may switch on.
OTHER_PORTS = {5355: "systemd-resolved", 8404: "HAProxy statistics"}

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# Windows DNS lets underscores through and some vCenters are named so.
_TOLERANT_LABEL = re.compile(r"[^\W](?:[\w-]{0,61}\w)?|_[\w-]{0,62}")
_URL = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?//(?:[^/@\s]*@)?(?P<host>\[[^\]]*\]|[^/:?#\s]*)"
    r"(?::(?P<port>[0-9]*))?"
)
_HOST_PORT = re.compile(r"(?P<host>\[[^\]]+\]|[^:/\s]+)(?::(?P<port>[0-9]*))?(?:[/?#].*)?")
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
_SHORT_VERSION = re.compile(r"[vV]?(\d+)\.(\d+)(?:\.(\d+))?", re.ASCII)


def check_host(key: str, value: Any) -> Iterator[Finding]:
    """A vCenter or host by name or IP address."""
    finding = read_host(str(value)).finding(key)
    if finding:
        yield finding


def check_vcenter(key: str, value: Any) -> Iterator[Finding]:
    """The vCenter by name or IP address; the port of a pasted URL is offered for its own field."""
    port = _port_in(tidied(str(value)))
    for finding in check_host(key, value):
        if finding.fix is None or port is None:
            yield finding
        else:
            also = (Fix("vcenter.port", port),)
            yield replace(finding, fix=replace(finding.fix, also=also))


def _port_in(text: str) -> int | None:
    """The port written into an address, if it can be the one of the vCenter's API."""
    if _is_ipv6(text):
        return None
    match = _URL.match(text) or _HOST_PORT.fullmatch(text)
    port = int((match["port"] or "0")[:6]) if match else 0
    return port if 0 < port < 65536 and port not in _OTHER_VCENTER_PORTS else None


def read_host(text: str) -> Reading:
    """Read a host; a pasted URL is understood as the host in it."""
    clean = tidied(text)
    if clean != text:
        return stray(text, read_host(clean))
    if _is_ipv6(text):
        return Reading((text,))
    match = _URL.match(text) or _HOST_PORT.fullmatch(text)
    host = (match["host"] if match else text).strip("[]")
    if host and host != text:
        return converted(
            read_host,
            host,
            Problem(
                HOST_URL,
                Text("{value} is more than the name: {right}.", value=quoted(text), right=host),
            ),
        )
    if re.fullmatch(r"127(\.[0-9]{1,3}){3}", text):
        return Reading((text,))  # the practice vCenter, or the near end of an SSH tunnel
    if re.fullmatch(r"[0-9.]+", text):
        return read_quad(text) or Reading((text,))
    labels = text.split(".")
    if text.endswith(".") and _is_name(text[:-1].split("."), _TOLERANT_LABEL):
        return converted(
            read_host,
            text[:-1],
            Problem(
                HOST_FORM,
                Text("{value} ends with a dot, which certificates do not.", value=quoted(text)),
            ),
        )
    if len(text) > 253 or not _is_name(labels, _TOLERANT_LABEL):
        return wrong(Problem(HOST_FORM, Text("{value} is not a host name.", value=quoted(text))))
    return Reading((text,))


def check_login(key: str, value: Any) -> Iterator[Finding]:
    """The vCenter account, ``user@domain`` or ``DOMAIN`` backslash ``user``."""
    text = str(value)
    clean = tidied(text)
    if clean != text and clean:
        yield stray_problem(text, clean).found(key, Fix(key, clean))
    if "@" not in clean and "\\" not in clean:
        yield LOGIN_DOMAIN.found(key, what=Text("{value} has no domain.", value=quoted(clean)))


def check_object_name(key: str, value: Any) -> Iterator[Finding]:
    """The name of an object in vCenter."""
    text = str(value)
    clean = text.strip()
    if clean != text or not text.isprintable():
        fits = clean.isprintable() and 0 < len(stored_name(clean)) <= MOST_NAME
        yield stray_problem(text, tidied(text)).found(key, Fix(key, clean) if fits else None)
        return
    if len(stored_name(text)) > MOST_NAME:
        yield NAME_LONG.found(
            key,
            what=Text(
                "{value} has {count} character.",
                "{value} has {count} characters.",
                value=quoted(text),
                count=len(stored_name(text)),
            ),
        )
    special = sorted(set(text) & set("%/\\"))
    if special:
        yield NAME_SPECIAL.found(
            key,
            what=Text(
                "{value} contains {characters}.",
                value=quoted(text),
                characters=" ".join(special),
            ),
        )


def check_switch_version(key: str, value: Any) -> Iterator[Finding]:
    """A switch version such as 7.0.0; which ones exist only the vCenter knows."""
    text = str(value)
    if _VERSION.fullmatch(text):
        return
    match = _SHORT_VERSION.fullmatch(tidied(text))
    fix = None
    if match:
        fix = Fix(key, ".".join(str(int(number or 0)) for number in match.groups()))
    yield VERSION_FORM.found(
        key,
        what=Text("{value} is not a switch version.", value=quoted(text)),
        fix=fix,
    )


def check_host_name(key: str, value: Any) -> Iterator[Finding]:
    """The appliance's host name."""
    text = str(value)
    reading = _read_host_name(text)
    finding = reading.finding(key)
    if finding:
        yield finding
    elif len(text) > MOST_HOST_NAME:
        yield HOST_NAME_LONG.found(
            key,
            what=Text(
                "{value} has {count} character.",
                "{value} has {count} characters.",
                value=quoted(text),
                count=len(text),
            ),
        )
    elif text.lower() in ("localhost", "localhost.localdomain") or not text.strip("0123456789."):
        yield HOST_NAME_UNFIT.found(
            key, what=Text("{value} is no good host name.", value=quoted(text))
        )


def check_dataplane_port(key: str, value: Any) -> Iterator[Finding]:
    """The Data Plane API's port; bounds are the field's own."""
    if value == SSH_PORT:
        yield PORT_SSH.found(key, what=Text("Port 22 is the appliance's SSH port."))
    elif value in OTHER_PORTS:
        yield PORT_TAKEN.found(
            key,
            what=Text(
                "Port {port} may be taken by {service}.", port=value, service=OTHER_PORTS[value]
            ),
        )


def _read_host_name(text: str) -> Reading:
    clean = tidied(text)
    if clean != text:
        return stray(text, _read_host_name(clean))
    match = _URL.match(text)
    bare = match["host"] if match else text.rstrip(".")
    problem = Problem(HOST_NAME_FORM, Text("{value} is not a host name.", value=quoted(text)))
    if bare != text:
        return converted(_read_host_name, bare, problem) if bare else wrong(problem)
    # The first boot takes the word null for an empty value.
    if len(text) > 253 or text == "null" or not _is_name(text.split("."), _LABEL):
        return wrong(problem)
    return Reading((text,))


def _is_name(labels: list[str], label: re.Pattern[str]) -> bool:
    return all(label.fullmatch(part) for part in labels)


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True
