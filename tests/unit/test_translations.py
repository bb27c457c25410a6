"""The Japanese texts: complete, current, with the same placeholders and the guide's terms."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from core.text import Text, current_language, use_language

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
JAPANESE = r"\u3040-\u30ff\u3400-\u9fff"


def load_tool() -> ModuleType:
    """The command itself; packaging/dev is no package."""
    path = ROOT / "packaging" / "dev" / "translations.py"
    spec = importlib.util.spec_from_file_location("translations_tool", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TOOL = load_tool()
TEXTS: dict[str | tuple[str, str], list[str]] = TOOL.collect_texts()
BASE = ROOT / TOOL.FOLDER / "ja" / "LC_MESSAGES" / TOOL.DOMAIN
CATALOGUE = TOOL.read_catalogue(BASE.with_suffix(".po"), "ja")


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """A text, or both of one about a number of things."""
    return (text,) if isinstance(text, str) else text


# Japanese has one form, which stands for the one and for the many.
ENTRIES: dict[str, str] = {
    form: forms(message.string)[0]
    for message in CATALOGUE
    if message.id and message.string
    for form in forms(message.id)
}


def fields(template: str) -> list[tuple[str, str, str]]:
    """Name, format and conversion of every placeholder, in an order of its own."""
    return sorted(
        (name, spec or "", conversion or "")
        for _, name, spec, conversion in string.Formatter().parse(template)
        if name is not None
    )


def is_template(template: str) -> bool:
    """Whether the text is one for ``str.format``: without values, braces mean themselves."""
    try:
        return bool(fields(template))
    except ValueError:
        return False


def without_fields(template: str) -> str:
    if not is_template(template):
        return template
    return "".join(literal for literal, *_ in string.Formatter().parse(template))


# --- complete and current ---------------------------------------------------------------------


def test_every_text_is_translated() -> None:
    assert [text for text in TEXTS if not all(map(ENTRIES.get, forms(text)))] == []


def test_nothing_is_translated_that_no_longer_exists() -> None:
    assert [one.id for one in CATALOGUE if one.id and one.string and one.id not in TEXTS] == []


def test_a_plural_has_as_many_translations_as_the_language_has_plurals() -> None:
    counted = [message for message in CATALOGUE if isinstance(message.id, tuple)]
    assert counted
    assert {len(message.string) for message in counted} == {CATALOGUE.num_plurals} == {1}


def test_no_translation_is_fuzzy() -> None:
    assert [message.id for message in CATALOGUE if message.id and message.fuzzy] == []


def test_the_files_are_as_the_command_writes_them() -> None:
    rendered, _ = TOOL.render_all()
    stale = [
        str(path) for path, content in rendered.items() if (ROOT / path).read_bytes() != content
    ]
    assert stale == [], "run packaging/dev/translations.py"


def test_the_compiled_file_belongs_to_the_translations() -> None:
    assert BASE.with_suffix(".mo").read_bytes() == TOOL.render_mo(
        TOOL.merge(TEXTS, CATALOGUE, "ja")
    )


def test_the_files_name_no_date_no_line_and_no_machine() -> None:
    for path in (BASE.with_suffix(".po"), ROOT / TOOL.FOLDER / f"{TOOL.DOMAIN}.pot"):
        text = path.read_text(encoding="utf-8")
        header = text.split("\n\n", 1)[0]
        assert "Date" not in header
        assert "Generated-By" not in header
        assert str(ROOT) not in text
        assert re.findall(r"^#: .*:\d+", text, re.MULTILINE) == []


# --- what the sources hand to Text ------------------------------------------------------------


def list_text_calls() -> Iterator[tuple[str, ast.Call]]:
    for path in TOOL.list_sources():
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and TOOL._is_text(node.func):
                yield path.as_posix(), node


def test_every_template_is_a_plain_literal() -> None:
    wrong = [
        f"{name}:{call.lineno}"
        for name, call in list_text_calls()
        if name not in TOOL.REWRAPPING
        and not (
            len(call.args) in {1, 2}
            and all(isinstance(arg, ast.Constant) for arg in call.args)
            and all(isinstance(arg.value, str) for arg in call.args)  # type: ignore[attr-defined]
        )
    ]
    assert wrong == []


def test_no_text_has_its_plural_in_parentheses() -> None:
    """``1 file(s)`` is the program's work left to the reader."""
    assert [text for text in TEXTS for form in forms(text) if re.search(r"\w\(e?s\)", form)] == []


def test_what_is_counted_has_both_forms() -> None:
    """``{count} clusters`` reads wrong for one of them."""
    counting = re.compile(r"(?<!more than )(?<!of )\{(?:count|total)\} (?:more |other )?[a-z]+s\b")
    assert [text for text in TEXTS if isinstance(text, str) and counting.search(text)] == []


def test_every_template_gets_its_values_and_no_others() -> None:
    wrong = []
    for name, call in list_text_calls():
        first = call.args[0] if call.args else None
        given = {keyword.arg for keyword in call.keywords}
        if not isinstance(first, ast.Constant) or None in given or not given:
            continue
        for form in call.args:
            asked = {one.split(".")[0].split("[")[0] for one, *_ in fields(form.value)}  # type: ignore[attr-defined]
            if asked | ({"count"} if len(call.args) == 2 else set()) != given:
                wrong.append(f"{name}:{call.lineno}: asks for {asked}, gets {given}")
    assert wrong == []


# --- the translations themselves --------------------------------------------------------------


def differing(look: object) -> list[tuple[str, str]]:
    """The entries for which ``look`` gives something else in English than in Japanese."""
    assert callable(look)
    return [(text, shown) for text, shown in ENTRIES.items() if look(text) != look(shown)]


def test_placeholders_are_the_same() -> None:
    wrong = [
        (text, shown)
        for text, shown in ENTRIES.items()
        if is_template(text) and (not is_template(shown) or fields(text) != fields(shown))
    ]
    assert wrong == []


def test_braces_are_the_same_where_nothing_is_filled_in() -> None:
    plain = [(text, shown) for text, shown in ENTRIES.items() if not is_template(text)]
    wrong = [pair for pair in plain if re.findall("[{}]", pair[0]) != re.findall("[{}]", pair[1])]
    assert wrong == []


def test_there_are_no_percent_formats() -> None:
    pattern = re.compile(r"%(?:\(\w+\))?[sdfr]\b|%[1-9]\b")
    assert [shown for shown in ENTRIES.values() if pattern.search(without_fields(shown))] == []


def test_spaces_and_line_breaks_at_the_ends_are_the_same() -> None:
    def ends(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    assert differing(ends) == []
    assert differing(lambda text: text.count("\n")) == []


def test_accelerators_are_the_same_and_stand_in_parentheses() -> None:
    def accelerator(text: str) -> str:
        return "".join(re.findall(r"&(\w|\{number\})", text.replace("&&", ""))).upper()

    marked = {text: shown for text, shown in ENTRIES.items() if re.search(r"&\w", text)}
    assert marked
    assert {t: s for t, s in marked.items() if accelerator(t) != accelerator(s)} == {}
    assert [s for s in marked.values() if not re.search(r"[^ ]\(&[A-Z]\)…?$", s)] == []


def test_an_ellipsis_stays_one() -> None:
    assert differing(lambda text: text.endswith("…")) == []
    assert [shown for shown in ENTRIES.values() if "..." in shown] == []


def test_sentences_stay_sentences() -> None:
    """A full stop at the end of one is a full stop at the end of the other."""
    wrong = [pair for pair in ENTRIES.items() if pair[0].endswith(".") != pair[1].endswith("。")]
    assert wrong == []


# What stands in Latin letters in a Japanese text too.
KEPT = re.compile(
    r"""
    \{[^}]*\} | https?://\S* | \[\*\]
    | HAProxy | vSphere | vCenter | Kubernetes | ESXi | Distributed | Switch | Setup | for
    | v&Center | VMware | Tools | Server | OVA | OVF | English | true | false | [MG]bit/s
    """,
    re.VERBOSE | re.IGNORECASE,
)


def test_every_sentence_is_in_japanese() -> None:
    """What has an English word in it has Japanese letters in its translation."""
    wrong = []
    for text, shown in ENTRIES.items():
        words = re.findall(r"\b[A-Za-z][a-z]+\b", KEPT.sub(" ", text))
        if words and not re.search(f"[{JAPANESE}]", shown):
            wrong.append((text, shown))
    assert wrong == []


def test_no_english_is_left_inside() -> None:
    """Four Latin words in a row are a command, or something that was forgotten."""
    commands = re.compile(r"haproxy-setup [\w -]+|openssl [\w. -]+|journalctl [\w -]+|\(\*[^)]*\)")
    row = re.compile(r"(?:\b[A-Za-z][A-Za-z'-]*\b ){3}[A-Za-z]+")
    allowed = {"HAProxy Setup for vSphere", "GNOME Keyring", "Foundation Load Balancer"}
    found = {
        shown: match.group()
        for shown in ENTRIES.values()
        if (match := row.search(commands.sub("", without_fields(shown))))
        and not any(name in match.group() for name in allowed)
    }
    assert found == {}


def test_names_keys_and_numbers_are_kept() -> None:
    """Options, property keys, paths, addresses, F-numbers and versions are not for translating."""
    pattern = re.compile(
        r"\bF\d+\b|--\w[\w-]*|\b\w+(?:\.\w+){2,}\b|/(?:etc|var)/\S+\w|\d+\.\d+\.\d+\.\d+(?:/\d+)?"
        r"|\b[a-z]+_[a-z_]+\b|\b[A-Z]+_[A-Z_]+\b|RFC \d+|PKCS#\d|haproxy-setup (?:[a-z]+ )?PROFILE"
    )
    wrong = [
        (text, sorted(missing))
        for text, shown in ENTRIES.items()
        if (missing := set(pattern.findall(without_fields(text))) - set(pattern.findall(shown)))
    ]
    assert wrong == []


# --- the terms --------------------------------------------------------------------------------


def read_terms() -> list[tuple[str, str]]:
    """English and Japanese of every line of the glossary that says it is tested."""
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    return [(row[0], row[1]) for row in rows if len(row) == 4 and row[3] == "yes"]


TERMS = read_terms()

# Names of products, commands and such that have the letters of a term in them.
NAMES = re.compile(
    r"Foundation Load Balancer|GNOME Keyring|BEGIN (?:PRIVATE KEY|CERTIFICATE)|END CERTIFICATE"
    r"|haproxy-setup(?: [a-z]+)*(?: PROFILE)?|vcenter, root, dataplane"
)


def test_the_glossary_has_the_terms() -> None:
    english = {term for term, _ in TERMS}
    assert len(TERMS) > 30
    assert {"port group", "uplink", "datastore", "content library", "distributed switch"} <= english


@pytest.mark.parametrize(("english", "japanese"), TERMS, ids=[english for english, _ in TERMS])
def test_terms_are_those_of_the_guide(english: str, japanese: str) -> None:
    pattern = re.compile(rf"(?<![\w.-]){re.escape(english)}s?(?![\w.-]\w|\w)", re.IGNORECASE)
    accepted = [part.strip() for part in japanese.split("/")]
    wrong = [
        (text, shown)
        for text, shown in ENTRIES.items()
        if pattern.search(NAMES.sub(" ", re.sub(r"\{[^{}]*\}", " \0 ", text)))
        and not any(part in shown for part in accepted)
    ]
    assert wrong == []


def test_katakana_words_are_written_as_in_the_guide() -> None:
    """With spaces between them, サーバ without and ユーザー with a long last vowel."""
    not_so = {
        "ポートグループ": "ポート グループ",
        "コンテンツライブラリ": "コンテンツ ライブラリ",
        "ストレージポリシー": "ストレージ ポリシー",
        "ロードバランサ": "ロード バランサ",
        "リソースプール": "リソース プール",
        "サーバー": "サーバ",
        "フォルダー": "フォルダ",
        "クラスター": "クラスタ",
        "データ センター": "データセンター",
        "データ ストア": "データストア",
        "データ プレーン": "データプレーン",
        "プレフィックス": "プリフィックス",
        "インターフェース": "インターフェイス",
        "コンピューター": "コンピュータ",
        "秘密鍵": "プライベート キー",
        "下さい": "ください",
        "出来": "でき",
    }
    # ユーザ is right only as the start of ユーザー.
    wrong = [(shown, bad) for shown in ENTRIES.values() for bad in not_so if bad in shown]
    wrong += [(shown, "ユーザ") for shown in ENTRIES.values() if re.search("ユーザ(?!ー)", shown)]
    assert wrong == []


def test_punctuation_is_the_japanese_one() -> None:
    letter = f"[{JAPANESE}]"
    wrong = [
        shown
        for shown in ENTRIES.values()
        if re.search(rf"{letter}[,;](?!;)|{letter}\.(?: |$)|[“”]|。 |、 ", shown)
        or re.search(rf"\((?!&)[^()]*{letter}[^()]*\)", shown)
    ]
    assert wrong == []


def test_latin_words_stand_apart_from_japanese_ones() -> None:
    """As in the guide: ``IP アドレス``, ``vSphere Client で``."""
    letter = f"[{JAPANESE}]"
    # Placeholders that stand for a Japanese word need no space; Qt's accelerators neither.
    pattern = re.compile(rf"{letter}[A-Za-z0-9]|[A-Za-z0-9]{letter}")
    wrong = [
        shown for shown in ENTRIES.values() if pattern.search(re.sub(r"\{[^}]*\}", "\0", shown))
    ]
    assert wrong == []


# --- at run time ------------------------------------------------------------------------------


@pytest.fixture
def japanese() -> Iterator[None]:
    before = current_language()
    use_language("ja")
    yield
    use_language(before)


@pytest.mark.usefixtures("japanese")
def test_every_template_is_shown_in_japanese_with_its_values() -> None:
    for template in TEXTS:
        text, *many = forms(template)
        shown = ENTRIES[text]
        if not is_template(text):
            assert str(Text(text)) == shown
            continue
        values: dict[str, object] = {name: _Anything(name) for name, *_ in fields(text)}
        values |= {"count": 5} if many else {}
        said = str(Text(text, *many, **values))
        assert said == shown.format(**values), text
        assert all(str(values[name]) in said for name, *_ in fields(text)), text


class _Anything:
    """A value that takes every format."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __format__(self, spec: str) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"<{self._name}>"


def test_the_language_can_be_changed_back() -> None:
    text = Text("Port group")
    use_language("ja")
    assert str(text) == "ポート グループ"
    use_language("en")
    assert str(text) == "Port group"


def test_an_unknown_language_is_english() -> None:
    use_language("xx")
    assert current_language() == "en"
    assert str(Text("Port group")) == "Port group"


def run_python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    ).stdout


def test_showing_japanese_does_not_need_babel() -> None:
    code = """
import sys
from core.text import Text, use_language
use_language("ja")
str(Text("Port group"))
print([name for name in sys.modules if name.split(".")[0] == "babel"])
"""
    assert run_python(code).strip() == "[]"


def test_the_catalogue_is_read_once_and_only_when_it_is_needed() -> None:
    code = """
import gettext
read = []
parse = gettext.GNUTranslations._parse
def counted(self, file):
    read.append(file.name)
    parse(self, file)
gettext.GNUTranslations._parse = counted
from core.text import Text, use_language
str(Text("Port group"))
use_language("en")
print(len(read))
for code in ("ja", "en", "ja"):
    use_language(code)
    str(Text("Port group"))
print(len(read))
"""
    assert run_python(code).split() == ["0", "1"]


# --- the command ------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "core").mkdir()
    write_source(tmp_path, 'Text("One {a}.", a=1)')
    return tmp_path


def write_source(project: Path, source: str) -> None:
    (project / "core" / "module.py").write_text(source, encoding="utf-8")


def translate(project: Path, **strings: str) -> None:
    """Put translations into the catalogue as a translator does, in its file."""
    po = project / TOOL.FOLDER / "ja" / "LC_MESSAGES" / f"{TOOL.DOMAIN}.po"
    text = po.read_text(encoding="utf-8")
    for english, shown in strings.items():
        before = f'msgid "{english.replace("_", " ")}"\nmsgstr ""'
        assert before in text
        text = text.replace(before, before[:-1] + f'{shown}"')
    po.write_text(text, encoding="utf-8")


def read_shown(project: Path) -> dict[str, str]:
    """What a user of the compiled file sees."""
    import gettext

    found = gettext.translation(TOOL.DOMAIN, project / TOOL.FOLDER, ["ja"])
    return {text: found.gettext(text) for text in TOOL.collect_texts(project)}


def test_new_texts_are_missing_until_they_are_translated(project: Path) -> None:
    write_source(project, 'Text("Name")')
    assert TOOL.extract(project)["ja"].missing == ["Name"]
    translate(project, Name="名前")
    assert not TOOL.extract(project)["ja"]
    assert read_shown(project) == {"Name": "名前"}


def test_an_edited_text_is_fuzzy_and_not_shown(project: Path) -> None:
    write_source(project, 'Text("The host is lost")')
    TOOL.extract(project)
    translate(project, The_host_is_lost="ホストが失われました")
    write_source(project, 'Text("The host was lost")')
    found = TOOL.extract(project)["ja"]
    assert (found.missing, found.fuzzy) == ([], ["The host was lost"])
    assert read_shown(project) == {"The host was lost": "The host was lost"}
    assert TOOL.extract(project)["ja"].fuzzy == ["The host was lost"]


def test_a_dropped_text_goes_from_every_file(project: Path) -> None:
    TOOL.extract(project)
    write_source(project, 'Text("Something quite different")')
    TOOL.extract(project)
    for path in (project / TOOL.FOLDER).rglob("*.*o*"):
        assert b"One {a}" not in path.read_bytes()


def test_writing_twice_gives_the_same_bytes(project: Path) -> None:
    TOOL.extract(project)
    files = sorted(path for path in (project / TOOL.FOLDER).rglob("*") if path.is_file())
    before = [path.read_bytes() for path in files]
    assert len(files) == 1 + 2 * len(TOOL.LANGUAGES)
    TOOL.extract(project)
    assert [path.read_bytes() for path in files] == before


def test_what_a_translator_noted_is_kept(project: Path) -> None:
    TOOL.extract(project)
    po = project / TOOL.FOLDER / "ja" / "LC_MESSAGES" / f"{TOOL.DOMAIN}.po"
    po.write_text(po.read_text("utf-8").replace("#: core", "# A remark.\n#: core"), "utf-8")
    before = po.read_bytes()
    TOOL.extract(project)
    assert po.read_bytes() == before
    assert b"# A remark." in before


def test_check_writes_nothing(project: Path) -> None:
    assert len(TOOL.check(project)["ja"].outdated) == 1 + 2 * len(TOOL.LANGUAGES)
    assert not (project / TOOL.FOLDER).exists()


def test_literals_in_parts_are_one_text(project: Path) -> None:
    write_source(
        project, 'say(widget, Text("One "\n    "{a}.", a=Text("two")), text.Text("three"))'
    )
    assert list(TOOL.collect_texts(project)) == ["One {a}.", "two", "three"]


@pytest.mark.parametrize("source", ['Text(f"One {a}.")', "Text(name)", "Text()", 'Text("a" + b)'])
def test_what_is_no_literal_is_refused(project: Path, source: str) -> None:
    write_source(project, source)
    with pytest.raises(TOOL.UntranslatableText, match=r"core/module\.py:1"):
        TOOL.collect_texts(project)
