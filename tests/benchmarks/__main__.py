"""``python -m tests.benchmarks``: run all of them, or those that are named."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
import traceback
from pathlib import Path

from platformdirs import user_cache_path

from tests.benchmarks.options import Options
from tests.benchmarks.report import Result, print_machine, print_result, print_summary

NAMES = (
    "start", "offline_check", "verify", "whole_job", "upload", "memory", "inventory", "event_loop",
)  # fmt: skip


def main() -> int:
    """Run benchmarks; 1 only if one of them did not work."""
    arguments = _arguments()
    options = Options(arguments.quick, arguments.cache, arguments.build_inventory)
    # a kill must end the simulators too: their blocks are left in good order
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = arguments.names or list(NAMES)
    print_machine(names)
    results: list[Result] = []
    broken = []
    for name in names:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        try:
            result = module.measure(options)
        except Exception:  # noqa: BLE001 - the others are still worth running
            broken.append(name)
            print(f"\n{module.TITLE}\n  BROKEN:\n{traceback.format_exc()}", flush=True)
            continue
        print_result(module.TITLE, result)
        results.append(result)
    print_summary(results)
    if broken:
        print(f"did not work: {', '.join(broken)}")
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, fewer rounds")
    parser.add_argument(
        "--build-inventory",
        action="store_true",
        help="build the inventory of 1,000 hosts and 10,000 VMs if it is not kept yet (minutes)",
    )
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER",
        default=user_cache_path("haproxy-setup") / "benchmarks",
        help="where built inventories are kept (default: %(default)s)",
    )  # fmt: skip
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(NAMES))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
