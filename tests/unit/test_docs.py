"""The documentation is true: pages from the code up to date, names in it exist, links resolve."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from core.findings import Rule
from core.profile.document import load_profile
from core.profile.model import FIELDS, SECRET_FIELDS
from core.profile.review import check_document
from core.secrets import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide"
MODES = ROOT / "docs" / "failure-modes.md"
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
ENGLISH = sorted(path.name for path in (GUIDE / "en").glob("*.md"))
GENERATED = {"fields.md", "findings.md", "commands.md"}
WRITTEN = sorted(set(ENGLISH) - GENERATED)

LINK = re.compile(r"(?<!\\)\[(?:[^\[\]\\]|\\.)*\]\(([^()\s]+)\)")
ANCHOR = re.compile(r'<a name="([^"]+)">')


def load_tool(name: str) -> ModuleType:
    path = ROOT / "packaging" / "dev" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"dev_{name}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@cache
def docs_tool() -> ModuleType:
    return load_tool("docs")


@cache
def rules() -> dict[str, Rule]:
    return docs_tool().read_rules()


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def without_code(text: str) -> str:
    """Without indented and fenced blocks and code spans: what is read as Markdown."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    text = re.sub(r"(?m)^ {4,}.*$", "", text)
    return re.sub(r"`[^`\n]*`", "", text)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# ---- pages from the code ---------------------------------------------------------------------


def test_generated_pages_are_up_to_date() -> None:
    outdated = [path.as_posix() for path in docs_tool().find_outdated()]
    assert outdated == [], "run packaging/dev/docs.py"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_rule_is_explained(language: str) -> None:
    page = read(GUIDE / language / "findings.md")
    assert sorted(ANCHOR.findall(page)) == sorted(rules())


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_field_is_explained(language: str) -> None:
    page = read(GUIDE / language / "fields.md")
    wanted = {*FIELDS, *SECRET_FIELDS, "schema", "id", "properties"}
    assert set(ANCHOR.findall(page)) == wanted


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_command_is_explained(language: str) -> None:
    page = read(GUIDE / language / "commands.md")
    assert ANCHOR.findall(page) == [command.name for command in docs_tool().cli.COMMANDS]


def test_english_pages_hold_no_japanese() -> None:
    for name in ENGLISH:
        assert not re.search(r"[぀-ヿ一-鿿]", read(GUIDE / "en" / name)), name


# ---- failure modes ---------------------------------------------------------------------------


@cache
def rows() -> dict[str, list[str]]:
    found = {}
    for line in read(MODES).splitlines():
        if match := re.match(r'\| <a name="(f\d+)">(F\d+)</a> \|', line):
            assert match[1] == match[2].lower()
            found[match[2]] = [cell.strip() for cell in line.strip("|").split(" | ")]
    return found


def test_every_failure_mode_has_its_row() -> None:
    assert list(rows()) == [f"F{number}" for number in range(1, 25)]


@pytest.mark.parametrize("number", [f"F{number}" for number in range(1, 25)])
def test_row_says_when_by_what_and_shown_by_which_test(number: str) -> None:
    _, symptom, caught, by, *tests = rows()[number]
    assert symptom
    times = {"while typing", "offline", "OVA", "live plan", "prevented", "read-back", "detected",
             "explained"}  # fmt: skip
    when = set(caught.split(", "))
    assert when <= times
    codes = re.findall(r"`([a-z][a-z0-9-]+)`", by)
    assert [code for code in codes if code not in rules()] == []
    assert codes or "explained" in when
    if "explained" in when:
        assert "guide/en/" in by
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", " ".join(tests))
    assert named or when == {"explained"}
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


@cache
def names_in(path: str) -> set[str]:
    if not (ROOT / path).is_file():
        return set()
    return {node.name for node in ast.walk(ast.parse(read(ROOT / path)))
            if isinstance(node, ast.FunctionDef)}  # fmt: skip


def test_every_rule_that_names_a_failure_mode_names_one_that_exists() -> None:
    for rule in rules().values():
        assert set(re.findall(r"F\d+", rule.source)) <= set(rows()), rule.code


# ---- names in hand-written pages -------------------------------------------------------------


@pytest.mark.parametrize("name", WRITTEN)
def test_commands_and_variables_that_are_named_exist(name: str) -> None:
    commands = {command.name for command in docs_tool().cli.COMMANDS}
    sources = core_sources()
    for language in ("en", "ja"):
        text = read(GUIDE / language / name)
        # A command stands in a code span or in a block; in prose the name is the program's.
        used = re.findall(r"(?:`|^ {4,})haproxy-setup ([a-z]+)", text, flags=re.M)
        assert set(used) <= commands, language
        for variable in re.findall(r"\bHAPROXY_SETUP_[A-Z_]+\b", text):
            assert f'"{variable}"' in sources, (language, variable)


@cache
def options() -> set[str]:
    """Every option of every command, and those the launcher takes."""
    found = {"--self-test"}
    todo: list[argparse.ArgumentParser] = [
        docs_tool().cli.parser_for([command.name]) for command in docs_tool().cli.COMMANDS
    ]
    while todo:
        for action in todo.pop()._actions:
            found.update(action.option_strings)
            if isinstance(action, argparse._SubParsersAction):
                todo += action.choices.values()
    return found


WITH_COMMANDS = [
    *(GUIDE / language / name for language in ("en", "ja") for name in WRITTEN),
    ROOT / "README.md",
    ROOT / "README.ja.md",
]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=shown)
def test_options_that_are_named_exist(page: Path) -> None:
    ours = [one for one in re.findall(r"`[^`\n]*`|^ {4,}.*$", read(page), re.M)
            if "haproxy-setup" in one or one.startswith("`-")]  # fmt: skip
    used = {option for one in ours for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", one)}
    assert used <= options()


def test_the_profile_in_the_readme_is_a_good_one(tmp_path: Path) -> None:
    english, japanese = (re.findall(r"^```yaml\n(.*?)^```$", read(ROOT / name), re.M | re.S)
                         for name in ("README.md", "README.ja.md"))  # fmt: skip
    assert len(english) == 1
    assert english == japanese
    path = tmp_path / "lab.haproxy.yaml"
    path.write_text(english[0], "utf-8")
    assert [one.code for one in check_document(load_profile(path)) if one.is_error] == []


@cache
def core_sources() -> str:
    return "".join(read(path) for path in sorted((ROOT / "core").rglob("*.py")))


def test_every_secret_s_variable_is_explained() -> None:
    for language in ("en", "ja"):
        for variable in VARIABLES.values():
            assert f"`{variable}`" in read(GUIDE / language / "files-and-passwords.md")


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """Of a text about a number of things there are several."""
    return (text,) if isinstance(text, str) else text


def test_labels_of_the_window_are_as_the_code_has_them() -> None:
    """What is bold in the guide is a text of the window, in English or as it is translated."""
    tool = load_tool("translations")
    texts = tool.collect_texts(ROOT)
    catalogue = tool.read_catalogue(ROOT / tool.FOLDER / "ja" / "LC_MESSAGES"
                                    / f"{tool.DOMAIN}.po", "ja")  # fmt: skip
    english = {form.replace("&", "") for text in texts for form in _forms(text)}
    japanese = {form.replace("&", "") for one in catalogue for form in _forms(one.string)}
    japanese = {re.sub(r"\([A-Z]\)", "", text) for text in japanese} | japanese
    for name in WRITTEN:
        for language, known in (("en", english), ("ja", english | japanese)):
            bold = re.findall(r"\*\*([^*]+)\*\*", without_code(read(GUIDE / language / name)))
            labels = [" ".join(label.split()) for label in bold]
            if language == "ja":
                labels = [label.strip("[]") for label in labels]
            assert [label for label in labels if label not in known] == [], (language, name)


def test_every_privilege_that_is_asked_about_is_listed() -> None:
    source = read(ROOT / "core" / "plan" / "privileges.py")
    asked = {one.value for one in ast.walk(ast.parse(source))
             if isinstance(one, ast.Constant) and isinstance(one.value, str)
             and re.fullmatch(r"[A-Z]\w+(\.[A-Z]\w+)+", one.value)}  # fmt: skip
    assert asked
    for language in ("en", "ja"):
        page = read(GUIDE / language / "privileges.md")
        listed = set(re.findall(r"`([A-Z]\w+(?:\.\w+)+)`", page))
        assert asked <= listed, language


# ---- links, twins ----------------------------------------------------------------------------


def test_every_page_has_its_japanese_twin() -> None:
    assert sorted(path.name for path in (GUIDE / "ja").glob("*.md")) == ENGLISH
    assert (ROOT / "README.ja.md").is_file()


@pytest.mark.parametrize("name", [*WRITTEN, "README"])
def test_twins_have_the_same_shape(name: str) -> None:
    pairs = {"README": (ROOT / "README.md", ROOT / "README.ja.md")}
    english, japanese = pairs.get(name, (GUIDE / "en" / name, GUIDE / "ja" / name))
    assert outline(english) == outline(japanese)


def outline(path: Path) -> dict[str, object]:
    """Levels of headings, anchors, and how many table rows, blocks and list entries there are."""
    text = re.sub(r"^```.*?^```$", "", read(path), flags=re.M | re.S)
    levels = [len(match) for match in re.findall(r"(?m)^(#+) ", text)]
    return {
        "headings": levels,
        "anchors": ANCHOR.findall(text),
        "rows": len(re.findall(r"(?m)^\|", text)),
        "numbered": len(re.findall(r"(?m)^\d+\. ", text)),
        "bullets": len(re.findall(r"(?m)^- ", text)),
        "blocks": len(re.findall(r"(?m)^ {4,}\S.*\n(?! {4})", text)),
    }


def links(page: Path) -> list[str]:
    """The targets in a page that are in this project."""
    found = LINK.findall(without_code(read(page)))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_every_relative_link_resolves(page: Path) -> None:
    broken = []
    for target in links(page):
        file, _, anchor = target.partition("#")
        to = (page.parent / file).resolve() if file else page
        if not to.exists():
            if to.is_relative_to(ROOT / "docs" / "images") and not any(
                (ROOT / "docs").glob("images/*")
            ):
                continue  # the pictures are not made yet
            broken.append(target)
        elif anchor and anchor not in anchors(to):
            broken.append(target)
    assert broken == []


@cache
def anchors(path: Path) -> set[str]:
    """Named ones, and those that are made of headings."""
    text = read(path)
    found = set(ANCHOR.findall(text))
    for heading in re.findall(r"(?m)^#+ (.+)$", text):
        bare = re.sub(r"<[^>]+>|[`*]", "", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", bare).replace(" ", "-"))
    return found


def test_every_page_of_the_guide_is_linked_from_its_index() -> None:
    for language in ("en", "ja"):
        index = GUIDE / language / "index.md"
        linked = {target.partition("#")[0] for target in LINK.findall(read(index))}
        assert set(ENGLISH) - {"index.md"} <= linked
