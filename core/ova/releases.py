"""Releases of the appliance whose SHA-256 was published by its makers."""

from __future__ import annotations

from msgspec import Struct


class Release(Struct, frozen=True):
    """A published OVA: its version and the SHA-256 of the whole file."""

    version: str
    sha256: str


# README of haproxytech/vmware-haproxy (F20); the newest published one, see DOMAIN.md 0.1.
RELEASES = (Release("0.2.0", "07fa35338297c591f26b6c32fb6ebcb91275e36c677086824f3fd39d9b24fb09"),)


def find_release(sha256: str) -> Release | None:
    """The release whose file has that SHA-256, None if none is known."""
    wanted = sha256.strip().lower()
    return next((release for release in RELEASES if release.sha256 == wanted), None)


def find_version(version: str) -> Release | None:
    """The release with that version ("0.2.0" or "v0.2.0"), None if none is known."""
    wanted = version.strip().lower().removeprefix("v")
    return next((release for release in RELEASES if release.version == wanted), None)
