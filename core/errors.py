"""What can go wrong, as values a person can act on: what happened, then what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.text import Text

if TYPE_CHECKING:
    from core.findings import Finding


class AppError(Exception):
    """The one kind of error that is shown to people; anything else is a bug.

    ``what`` names the object and what happened to it, ``advice`` says what to do, ``details`` is
    the technical part behind a *Details* button. None of them may ever hold a secret.
    """

    code = "error"

    def __init__(self, what: Text, advice: Text | None = None, *, details: str = "") -> None:
        super().__init__(what, advice)
        self.what = what
        self.advice = advice
        self.details = details

    def __str__(self) -> str:
        return f"{self.what} {self.advice}" if self.advice else str(self.what)


class FileError(AppError):
    """A file cannot be read, written or understood."""

    code = "file"


class FileChanged(FileError):
    """A file was changed by somebody else meanwhile; to write it would lose that."""

    code = "file-changed"


class OvaError(AppError):
    """An OVA is damaged, hostile or not what it should be."""

    code = "ova"


class InvalidInput(AppError):
    """Values of the profile are wrong; carries every finding, not just the first."""

    code = "invalid-input"

    def __init__(self, findings: Sequence[Finding], what: Text | None = None) -> None:
        self.findings = tuple(findings)
        super().__init__(
            what
            or Text(
                "The profile has {count} problem.",
                "The profile has {count} problems.",
                count=len(self.findings),
            ),
            Text("Correct the values listed and try again."),
        )


class ConnectError(AppError):
    """A peer cannot be reached, or stopped answering."""

    code = "connect"


class TrustError(AppError):
    """A peer shows a certificate nobody has trusted; ``certificate`` is its PEM."""

    code = "trust"

    def __init__(
        self, what: Text, advice: Text, *, certificate: str = "", details: str = ""
    ) -> None:
        super().__init__(what, advice, details=details)
        self.certificate = certificate


class LoginError(AppError):
    """User or password were refused."""

    code = "login"


class NotAllowed(AppError):
    """The account lacks a privilege."""

    code = "not-allowed"


class NotFound(AppError):
    """A named object is not there; the advice lists the names that are."""

    code = "not-found"


class RemoteError(AppError):
    """vCenter or a host refused or failed an operation."""

    code = "remote"


class SecretStoreError(AppError):
    """The keyring cannot be used, or refused."""

    code = "secret-store"


class StepFailed(AppError):
    """A step of a deployment failed; ``step`` is its key, ``cause`` what went wrong in it."""

    code = "step-failed"

    def __init__(self, step: str, title: Text, cause: AppError) -> None:
        self.step = step
        self.cause = cause
        reason = cause.what.values.get("reason") if "doing" in cause.what.values else None
        super().__init__(
            # what was being done is the step: said once
            Text("{step}: {reason}.", step=title, reason=reason)
            if reason
            else Text("{step}: {cause}", step=title, cause=cause.what),
            cause.advice,
            details=cause.details,
        )
