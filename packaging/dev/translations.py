"""Keeps resources/translations in step with the texts of the sources.

    .venv/bin/python packaging/dev/translations.py extract   write .pot, .po and .mo again
    .venv/bin/python packaging/dev/translations.py check     write nothing, fail if that is due

A text is the literal in ``Text("...")``, or the two in ``Text("one", "many", count=...)``, which
have as many translations as the language has plurals. One that was edited keeps the translation
of its former wording, marked fuzzy: shown to the translator here, never to a user. The files name
no date, no machine and no line number, so that the same sources always give the same bytes.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from core import text as texts_of_core  # noqa: E402

PACKAGES = ("core", "gui", "resources")
DOMAIN = "haproxy-setup"
LANGUAGES = tuple(code for code in texts_of_core.LANGUAGES if code != "en")
FOLDER = Path("resources") / "translations"

ALIKE = 0.75
"""How much of a text has to be the same for its translation to be offered again."""

# These pass on the template of a text that stands as a literal elsewhere.
REWRAPPING = frozenset({"core/text.py", "core/ova/tar_index.py"})


Template = str | tuple[str, str]
"""A text as it stands in a source; with a second form if it is about a number of things."""


class UntranslatableText(Exception):
    """The template of a text is no plain literal, so it cannot be extracted."""


class _Headless(Catalog):
    """A catalogue whose header depends on nothing but the language."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        language = [("Language", str(self.locale))] if self.locale else []
        plural = [("Plural-Forms", self.plural_forms)] if self.locale else []
        return [
            ("Project-Id-Version", DOMAIN),
            *language,
            *plural,
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit\n"),
        ]

    @mime_headers.setter
    def mime_headers(self, _: object) -> None:
        """What a file says of itself does not matter; Babel sets it while reading."""


@dataclass
class Findings:
    """What there is still to do in one language."""

    missing: list[Template] = field(default_factory=list)
    fuzzy: list[Template] = field(default_factory=list)
    outdated: list[Path] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.missing or self.fuzzy or self.outdated)


def list_sources(root: Path = ROOT) -> list[Path]:
    """Every source that may hold texts, relative to ``root``."""
    return sorted(
        path.relative_to(root) for name in PACKAGES for path in (root / name).rglob("*.py")
    )


def find_texts(source: str, name: str) -> Iterator[Template]:
    """The templates of one source, in their order.

    Raises:
        UntranslatableText: An argument of a ``Text(...)`` that is no value is not a literal.
    """
    calls = [
        node
        for node in ast.walk(ast.parse(source, name))
        if isinstance(node, ast.Call) and _is_text(node.func)
    ]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        forms = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
        texts = [form for form in forms if isinstance(form, str)]
        if len(texts) == len(call.args) == 1:
            if texts[0]:
                yield texts[0]
        elif len(texts) == len(call.args) == 2:
            yield texts[0], texts[1]
        elif name not in REWRAPPING:
            raise UntranslatableText(f"{name}:{call.lineno}: Text() needs a plain literal")


def _is_text(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "Text"
    return isinstance(function, ast.Attribute) and function.attr == "Text"


def collect_texts(root: Path = ROOT) -> dict[Template, list[str]]:
    """Every template of the project and the files it stands in."""
    texts: dict[Template, list[str]] = {}
    for path in list_sources(root):
        name = path.as_posix()
        for template in find_texts((root / path).read_text(encoding="utf-8"), name):
            files = texts.setdefault(template, [])
            if name not in files:
                files.append(name)
    return texts


def build_template(texts: dict[Template, list[str]]) -> Catalog:
    """The catalogue without translations."""
    catalog = _Headless(header_comment=f"# The texts of {DOMAIN}.", charset="utf-8", fuzzy=False)
    for template, files in texts.items():
        _add(catalog, template, files)
    return catalog


def read_catalogue(path: Path, language: str) -> Catalog:
    """The translations there are; none if there is no file yet."""
    if not path.exists():
        return _Headless(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8", abort_invalid=True)


def merge(texts: dict[Template, list[str]], old: Catalog, language: str) -> Catalog:
    """The catalogue of ``language`` for the texts there are now."""
    known = {message.id: message for message in old if message.id}
    unused = [text for text, message in known.items() if message.string and text not in texts]
    dropped = {_first(text): text for text in unused}
    comment = f"# The texts of {DOMAIN} in the language {language}."
    merged = _Headless(language, header_comment=comment, charset="utf-8", fuzzy=False)
    for template, files in texts.items():
        message = known.get(template)
        if message is not None:
            _add(merged, template, files, message, fuzzy=message.fuzzy)
            continue
        alike = difflib.get_close_matches(_first(template), dropped, n=1, cutoff=ALIKE)
        former = known[dropped[alike[0]]] if alike else None
        _add(merged, template, files, former, fuzzy=bool(alike))
    return merged


def _first(template: Template) -> str:
    return template if isinstance(template, str) else template[0]


def _add(
    catalog: Catalog,
    template: Template,
    files: list[str],
    known: Message | None = None,
    *,
    fuzzy: bool = False,
) -> None:
    message = Message(
        template,
        _translation(catalog, template, known),
        [(name, 0) for name in files],
        user_comments=known.user_comments if known else (),
    )
    # Babel would mark what has a %; the values go through str.format, so % means itself.
    message.flags = {"fuzzy"} if fuzzy else set()
    catalog[template] = message


def _translation(catalog: Catalog, template: Template, known: Message | None) -> Template:
    """What is known, in as many forms as are needed: a text may have got or lost its plural."""
    string = known.string if known else ""
    if isinstance(template, str):
        return _first(string)
    forms = (string,) * catalog.num_plurals if isinstance(string, str) else string
    return tuple(forms)


def find_missing(catalog: Catalog) -> Findings:
    """The texts of ``catalog`` without a translation that may be shown."""
    messages = [message for message in catalog if message.id]
    there = {message.id: all(_forms(message.string)) for message in messages}
    return Findings(
        missing=[message.id for message in messages if not there[message.id]],
        fuzzy=[message.id for message in messages if there[message.id] and message.fuzzy],
    )


def _forms(template: Template) -> tuple[str, ...]:
    return (template,) if isinstance(template, str) else template or ("",)


def render_po(catalog: Catalog) -> bytes:
    """The bytes of a ``.po`` or ``.pot`` file."""
    file = io.BytesIO()
    write_po(file, catalog, width=0, include_lineno=False, ignore_obsolete=True)
    return file.getvalue()


def render_mo(catalog: Catalog) -> bytes:
    """The bytes of a ``.mo`` file: everything translated that is not fuzzy."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def render_all(root: Path = ROOT) -> tuple[dict[Path, bytes], dict[str, Findings]]:
    """Every file as it should be, by its path below ``root``, and what is not translated."""
    texts = collect_texts(root)
    rendered = {FOLDER / f"{DOMAIN}.pot": render_po(build_template(texts))}
    findings = {}
    for language in LANGUAGES:
        base = FOLDER / language / "LC_MESSAGES" / DOMAIN
        po = base.with_suffix(".po")
        merged = merge(texts, read_catalogue(root / po, language), language)
        rendered[po] = render_po(merged)
        rendered[base.with_suffix(".mo")] = render_mo(merged)
        findings[language] = find_missing(merged)
    return rendered, findings


def _differs(path: Path, content: bytes) -> bool:
    return not path.exists() or path.read_bytes() != content


def extract(root: Path = ROOT) -> dict[str, Findings]:
    """Writes every file that is not as it should be; tells what is not translated."""
    rendered, findings = render_all(root)
    for path, content in rendered.items():
        if _differs(root / path, content):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
            print(f"wrote {path.as_posix()}")
    return findings


def check(root: Path = ROOT) -> dict[str, Findings]:
    """Tells what is not translated and which files are to be written again."""
    rendered, findings = render_all(root)
    outdated = [path for path, content in rendered.items() if _differs(root / path, content)]
    for found in findings.values():
        found.outdated = outdated
    return findings


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and prints what is to be done; 0 if that is nothing."""
    parser = argparse.ArgumentParser(description="Keeps the translations in step.")
    parser.add_argument("command", nargs="?", choices=("extract", "check"), default="extract")
    run = check if parser.parse_args(arguments).command == "check" else extract
    try:
        findings = run()
    except UntranslatableText as error:
        print(error, file=sys.stderr)
        return 2
    for language, found in findings.items():
        for path in found.outdated:
            print(f"not up to date: {path.as_posix()}")
        for word, templates in (("missing", found.missing), ("fuzzy", found.fuzzy)):
            for template in templates:
                print(f"{language} {word}: {template!r}")
        print(f"{language}: {len(found.missing)} missing, {len(found.fuzzy)} fuzzy")
    return 1 if any(findings.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
