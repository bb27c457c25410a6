"""Planning and carrying out a deployment for the window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.jobs import JobContext
from core.profile.model import Profile, Secrets


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be deployed, and whether its licence was accepted."""

    profile: Profile
    secrets: Secrets = field(repr=False)
    licence_accepted: bool = False


def plan_offline(ctx: JobContext, request: Request) -> Any:
    """The steps as they are without a vCenter to ask."""
    raise NotImplementedError


def plan_online(ctx: JobContext, request: Request) -> Any:
    """The steps compared with what the vCenter has."""
    raise NotImplementedError


def deploy(ctx: JobContext, request: Request) -> Any:
    """Carry the plan out."""
    raise NotImplementedError
