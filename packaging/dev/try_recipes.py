"""Follows the recipes of CONTRIBUTING.md in a copy of the checkout, as they stand there.

    .venv/bin/python packaging/dev/try_recipes.py              all, one after the other
    .venv/bin/python packaging/dev/try_recipes.py field check  these; a later one needs the earlier

The code and the commands are read from the page, so it cannot say one thing and this another. Where
a block of code goes, and what a translator would write, is all that stands here. Each recipe ends
with the linter, and with the types of the core.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
TITLES = {
    "field": "Add a field", "check": "Add a check", "step": "Add a step",
    "language": "Add a language", "migration": "Add a profile migration",
}  # fmt: skip

# What a translator would write; any other new text means that a recipe brings one unsaid.
JAPANESE = {
    "Notes": "メモ",
    "Text for the machine's notes in vCenter.": "vCenter Server での仮想マシンのメモの内容です。",
    "vCenter cuts notes after 1000 characters.":
        "vCenter Server はメモを 1000 文字で切り捨てます。",
    "Shorten the notes.": "メモを短くしてください。",
    "The notes have {count} characters.": "メモは {count} 文字です。",
    "Writing notes": "メモを書き込んでいます",
    "Notes of {name}": "{name} のメモ",
    "The machine stays, with or without notes.":
        "仮想マシンは、メモの有無にかかわらず、そのまま残ります。",
}  # fmt: skip
GERMAN = {"{field} is missing.": "{field} fehlt."}


class RecipeFailed(Exception):
    """A recipe does not work as it stands."""


@dataclass(frozen=True)
class Recipe:
    """One section of the page: its blocks of code and its commands, in their order."""

    code: list[str]
    commands: list[str]


def read_recipe(title: str) -> Recipe:
    """A recipe by its heading.

    Raises:
        RecipeFailed: the page has none of that name.
    """
    found = re.search(rf"^### {title}\n(.*?)(?=^##)", PAGE.read_text("utf-8"), re.M | re.S)
    if found is None:
        raise RecipeFailed(f"{PAGE.name} has no recipe “{title}”")
    fence = r"^( *)```python\n(.*?)^ *```$"
    code = [indented(block) for block in re.findall(fence, found[1], re.M | re.S)]
    rest = re.sub(fence, "", found[1], flags=re.M | re.S)
    # Blocks stand four deeper than the text of their numbered paragraph.
    lines = re.sub(r"\\\n +", "", rest).splitlines()
    commands = [line.strip() for line in lines if re.match(r" {7,}[A-Z_.]", line)]
    return Recipe(code, [line for line in commands if ".venv/bin/" in line])


def indented(block: tuple[str, str]) -> str:
    """A block without the indentation of its paragraph; its own is part of the code."""
    margin, text = block
    return "".join(line.removeprefix(margin) for line in text.splitlines(keepends=True))


class Copy:
    """A copy of the checkout that borrows its tools."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        self._before = {path: (folder / path).read_bytes() for path in self._modules()}
        for name in (".venv", ".tools"):
            (folder / name).symlink_to(ROOT / name, target_is_directory=True)

    def run(self, command: str, *, may_fail: bool = False) -> str:
        """Run a command of the page; gives what it said.

        Raises:
            RecipeFailed: it failed.
        """
        # The tools' environment knows the checkout; the copy comes before it.
        env = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        began = time.monotonic()
        done = subprocess.run(
            command, shell=True, cwd=self.folder, env=env, check=False,
            capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        said = done.stdout + done.stderr
        last = (said.strip().splitlines() or [""])[-1]
        print(f"    {command}\n      {last} ({time.monotonic() - began:.0f} s)", flush=True)
        if done.returncode and not may_fail:
            raise RecipeFailed(f"{command}: {done.returncode}\n{said[-4000:]}")
        return said

    def changed(self) -> list[str]:
        """The modules that are not as they were: what a recipe is answerable for."""
        return [
            path
            for path in self._modules()
            if self._before.get(path) != (self.folder / path).read_bytes()
        ]

    def _modules(self) -> list[str]:
        return [
            path.relative_to(self.folder).as_posix()
            for name in ("core", "gui", "tests")
            for path in (self.folder / name).rglob("*.py")
        ]

    def edit(self, name: str, *changes: tuple[str, str]) -> None:
        """Replace texts in a file, each there once.

        Raises:
            RecipeFailed: the place a recipe speaks of is not there.
        """
        path = self.folder / name
        text = path.read_text("utf-8")
        for before, after in changes:
            if text.count(before) != 1:
                raise RecipeFailed(f"{name}: {before!r} is there {text.count(before)} times")
            text = text.replace(before, after)
        path.write_text(text, "utf-8")

    def translate(self, code: str, words: dict[str, str]) -> None:
        """Fill what is missing in a catalogue, as a translator does.

        Raises:
            RecipeFailed: something else than the recipe's texts is missing in Japanese.
        """
        po = self.folder / "resources" / "translations" / code / "LC_MESSAGES" / "haproxy-setup.po"
        with po.open("rb") as file:
            catalogue = read_po(file, locale=code)
        for message in catalogue:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            done = message.string if isinstance(message.string, tuple) else (message.string,)
            if not message.id or (all(done) and not message.fuzzy):
                continue
            if forms[-1] in words:
                shown = words[forms[-1]]
                message.string = (shown,) if isinstance(message.id, tuple) else shown
                message.flags.discard("fuzzy")
            elif code == "ja":
                raise RecipeFailed(f"not translated, and not by the recipe: {message.id!r}")
        with po.open("wb") as file:
            write_po(file, catalogue, width=0)


def add_field(copy: Copy, recipe: Recipe) -> None:
    """Into the section of the machine, before its folder."""
    (code,) = recipe.code
    anchor = '    folder: str = setting(\n        Text("Folder"),\n'
    copy.edit("core/profile/model.py", (anchor, code + anchor))
    for command in recipe.commands:
        is_extraction = command.endswith("translations.py")
        copy.run(command, may_fail=is_extraction)  # until it is translated
        if is_extraction:
            copy.translate("ja", JAPANESE)
            copy.run(command)


def add_check(copy: Copy, recipe: Recipe) -> None:
    """The rule and the check to the names, the mistake to the table of single values."""
    rule, check, mistake = recipe.code
    path = copy.folder / "core" / "checks" / "names.py"
    path.write_text(f"{path.read_text('utf-8')}\n\n{rule}\n\n{check}", "utf-8")
    example = '        example="Load balancer of the lab",\n'
    named = f"{example}        check=names.check_notes,\n"
    copy.edit("core/profile/model.py", (example, named))
    anchor = '    ("vm.disk_format", "Thin"'
    row = textwrap.indent(mistake, "    ")
    copy.edit("tests/unit/checks/mistakes.py", (anchor, row + anchor))
    run_all(copy, recipe)


def add_step(copy: Copy, recipe: Recipe) -> None:
    """A module, its place at the end of the plan, its privilege, its test."""
    module, privilege, test = recipe.code
    (copy.folder / "core" / "plan" / "notes_step.py").write_text(module, "utf-8")
    (copy.folder / "tests" / "integration" / "test_notes.py").write_text(test, "utf-8")
    copy.edit(
        "core/plan/plan.py",
        (
            "from core.plan.ova_steps import",
            "from core.plan.notes_step import plan_notes\nfrom core.plan.ova_steps import",
        ),
        (
            "    )\n    return tuple(step for step in optional if step is not None)",
            "        plan_notes(profile, facts),\n    )\n"
            "    return tuple(step for step in optional if step is not None)",
        ),
    )
    anchor = '    if "settings" in steps:\n'
    copy.edit("core/plan/privileges.py", (anchor, privilege + anchor))
    run_all(copy, recipe)


def add_language(copy: Copy, recipe: Recipe) -> None:
    """One entry; then a text of it is seen on the command line."""
    entry = '"de": "Deutsch"'
    if entry not in PAGE.read_text("utf-8"):
        raise RecipeFailed("the entry for the language is another one")
    copy.edit("core/text.py", ('"ja": "日本語"', f'"ja": "日本語", {entry}'))
    copy.run(".venv/bin/haproxy-setup new > lab.haproxy.yaml")
    for command in recipe.commands:
        is_extraction = command.endswith("translations.py")
        # Most of it stays untranslated, and the profile stays empty.
        seen = copy.run(command, may_fail=is_extraction or "check" in command.split())
        if is_extraction:
            copy.translate("de", GERMAN)
            copy.run(command, may_fail=True)
        if "check" in command.split() and "fehlt." not in seen:
            raise RecipeFailed(f"nothing of it is in German:\n{seen[-2000:]}")


def add_migration(copy: Copy, recipe: Recipe) -> None:
    """The field is renamed where it is described and used; the old file is read."""
    step, test = recipe.code
    named = ("tests/unit/checks/mistakes.py", "tests/integration/test_notes.py")
    for path in (*(copy.folder / "core").rglob("*.py"), *(copy.folder / name for name in named)):
        if path.is_file():
            text = path.read_text("utf-8")
            text = re.sub(r'\bvm\.notes\b|vm=\{"notes"', rename, text)
            path.write_text(
                text.replace("    notes: str = setting(", "    remarks: str = setting(")
            )
    number = "SCHEMA_VERSION = 1"
    copy.edit("core/profile/model.py", (number, "SCHEMA_VERSION = 2"))
    for name, code in (
        ("core/profile/migrations.py", step),
        ("tests/unit/profile/test_migrations.py", test),
    ):
        path = copy.folder / name
        path.write_text(f"{path.read_text('utf-8')}\n\n{code}", "utf-8")
    run_all(copy, recipe)


def rename(found: re.Match[str]) -> str:
    """The field's new name, where the old one is used."""
    return found[0].replace("notes", "remarks")


def run_all(copy: Copy, recipe: Recipe) -> None:
    """The recipe's commands; new texts are translated first, as the recipe for a field says."""
    translations = ".venv/bin/python packaging/dev/translations.py"
    if not any(translations in command for command in recipe.commands):
        copy.run(translations, may_fail=True)
        copy.translate("ja", JAPANESE)
        copy.run(translations)
        copy.run(".venv/bin/python packaging/dev/docs.py")
    for command in recipe.commands:
        copy.run(command)


RECIPES: dict[str, Callable[[Copy, Recipe], None]] = {
    "field": add_field,
    "check": add_check,
    "step": add_step,
    "migration": add_migration,
    "language": add_language,  # last: most of it stays untranslated
}


def main() -> int:
    """Try recipes; 1 if one does not work."""
    parser = argparse.ArgumentParser(description="Tries the recipes of CONTRIBUTING.md.")
    parser.add_argument("recipe", nargs="*", help=f"of {', '.join(RECIPES)}; all without any")
    parser.add_argument("--keep", action="store_true", help="keep the copy for a look")
    args = parser.parse_args()
    unknown = set(args.recipe) - set(RECIPES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    folder = Path(tempfile.mkdtemp(prefix="haproxy-setup-recipes-"))
    try:
        copy = Copy(folder)
        for name in args.recipe or RECIPES:
            print(f"[recipe] {TITLES[name]}", flush=True)
            RECIPES[name](copy, read_recipe(TITLES[name]))
            copy.run(f".venv/bin/ruff check {' '.join(copy.changed())}")
            copy.run(".venv/bin/mypy")
    except RecipeFailed as failure:
        print(f"[recipe] FAILED: {failure}", file=sys.stderr)
        return 1
    finally:
        if args.keep:
            print(f"[recipe] the copy is {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print("[recipe] all work as they stand")
    return 0


if __name__ == "__main__":
    sys.exit(main())
