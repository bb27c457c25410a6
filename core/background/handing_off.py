"""The hand-off sheet for the next step, written where the window says."""

from __future__ import annotations

from pathlib import Path

from core.background.deploying import Request
from core.jobs import JobContext

FORMATS = {
    ".pdf": "pdf",
    ".html": "html",
    ".md": "markdown",
    ".json": "json",
    ".sh": "govc",
    ".ps1": "powercli",
}
"""The form by the end of the file's name."""


def write_handoff(ctx: JobContext, request: Request, path: Path, offline: bool) -> Path:
    """Make the hand-off and write it; no password is put into it.

    Raises:
        AppError: the profile has errors, the vCenter cannot be asked, the file not written.
    """
    from core.handoff.formats import get_format
    from core.handoff.source import read_source
    from core.profile.disk import write_atomically
    from core.vsphere.session import open_session

    form = get_format(FORMATS.get(path.suffix.lower(), "markdown"))
    profile = request.profile
    if offline:
        source = read_source(profile)
    else:
        password = request.secrets.vcenter_password
        with open_session(profile.vcenter, password, ctx) as session:
            source = read_source(profile, session, ctx)
    ctx.check()
    write_atomically(path, form.render(source, ""))
    return path
