"""How a command ends before its end: an error, a stop, a bug. Said once, in words and as JSON."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.cli import output
from core.errors import AppError
from core.jobs import Cancelled
from core.text import Text

log = logging.getLogger(__name__)

OK, FAILED, CHANGES, STOPPED, CLOSED_PIPE = 0, 1, 2, 130, 141

_account: dict[str, object] = {}


@contextmanager
def accounted(describe: Callable[[], dict[str, object]]) -> Iterator[None]:
    """If the block ends early, what ``describe`` says of it is printed with the error's JSON.

    Not here but by ``say_ending``, since what is closed on the way out may still go wrong: there
    is one JSON document in every case.
    """
    _account.clear()
    try:
        yield
    except BaseException:
        _account.update(describe())
        raise


def say_ending(error: BaseException, command: str, *, as_json: bool) -> int:
    """Say why a command ended and return its exit status.

    Args:
        error: what ended it: an ``AppError``, a stop, or anything else, which is a bug.
        command: the subcommand, for the log.
        as_json: whether standard output gets it too, with what ``accounted`` knows.
    """
    status = FAILED
    if isinstance(error, AppError):
        log.info("%s: %s %s", command, error, error.details)
        output.print_error(error)
        described = output.error_as_dict(error)
    elif isinstance(error, KeyboardInterrupt | Cancelled):
        status = STOPPED
        print(Text("Stopped."), file=sys.stderr)
        described = _stop_as_dict(error)
    else:
        described = _report_bug(error)
    if as_json and not output.has_printed_json():
        output.print_json(_account | {"error": described})
    _account.clear()
    return status


def _stop_as_dict(error: BaseException) -> dict[str, object]:
    left = error.left if isinstance(error, Cancelled) else None
    advice = left or Text("Run the same again to go on.")
    return {"code": "stopped", "what": str(Text("Stopped.")), "advice": str(advice)}


def _report_bug(error: BaseException) -> dict[str, object]:
    """One sentence here, the trace in the log."""
    from core.logs import start_log, stop_log

    path = start_log()
    log.error("bug: %s", type(error).__name__, exc_info=error)
    stop_log()
    what = Text("Something unexpected went wrong ({name}).", name=type(error).__name__)
    where = Text("Details are in {path}.", path=path) if path else Text("No log could be written.")
    print(f"{output.error_label()} {what} {where}", file=sys.stderr)
    return {"code": "internal", "what": str(what), "advice": str(where)}
