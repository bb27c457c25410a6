"""The licences of others' work that comes along: what About shows.

A package has them all in one file, which the packaging collects (packaging/licences.py). Without
it, in a checkout or after pip, the texts stand in what is installed.
"""

from __future__ import annotations

import re
from importlib import metadata
from importlib.resources import files

from core.text import Text

FILE_NAME = "third-party-licences.txt"
OWN_NAME = "haproxy-setup-for-vsphere"
_LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|notice)([-._ ].*)?$", re.IGNORECASE)
_LINE = "-" * 72


def third_party_licences() -> str:
    """Name, version and licence of everything that comes along, then each licence in full."""
    collected = files("resources") / FILE_NAME
    if collected.is_file():
        return collected.read_text(encoding="utf-8")
    return _of_installed(_needed())


def _needed() -> list[metadata.Distribution]:
    """What we depend on, and what that depends on, as far as it is installed."""
    found: dict[str, metadata.Distribution] = {}
    names = [OWN_NAME]
    while names:
        name = names.pop(0)
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        try:
            found[key] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # of another platform, or not installed by pip at all
        for line in found[key].requires or ():
            if "extra ==" not in line:
                names.append(re.split(r"[\s;<>=!~\[(]", line, maxsplit=1)[0])
    found.pop(OWN_NAME, None)
    return [found[key] for key in sorted(found)]


def _of_installed(distributions: list[metadata.Distribution]) -> str:
    if not distributions:
        return str(Text("The licences of others are not part of this installation."))
    lines = [
        f"  {one.metadata['Name']} {one.version} ({_licence_of(one)})" for one in distributions
    ]
    for one in distributions:
        lines += ["", _LINE, f"{one.metadata['Name']} {one.version}", _LINE, "", _text_of(one)]
    return "\n".join(lines) + "\n"


def _licence_of(one: metadata.Distribution) -> str:
    named = [one.metadata[field] for field in ("License-Expression", "License")
             if field in one.metadata]  # fmt: skip
    for name in named:
        if 0 < len(name) < 80 and "\n" not in name:
            return name
    classes = one.metadata.get_all("Classifier") or []
    licences = [name.rpartition("::")[2].strip() for name in classes if "License ::" in name]
    return ", ".join(licences) or "see text"


def _text_of(one: metadata.Distribution) -> str:
    texts = [
        (file.read_text() or "").strip()
        for file in one.files or ()
        if ".dist-info" in file.parts[0] and _LICENCE_FILE.match(file.name)
    ]
    return "\n\n".join(dict.fromkeys(filter(None, texts))) or _licence_of(one)
