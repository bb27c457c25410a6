#!/usr/bin/env python3
"""Writes the pages of the user guide that are made from the code: fields, findings, commands.

    python packaging/dev/docs.py           write docs/guide/{en,ja}/{fields,findings,commands}.md
    python packaging/dev/docs.py --check   change nothing; 1 if one of them is out of date

What the pages say is in the code (field descriptions, rules, arguments) and its catalogue of
translations; only the words between stand here. The same code gives the same bytes everywhere.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from core.cli import main as cli  # noqa: E402
from core.cli.password import NAMES  # noqa: E402
from core.fields import FieldSpec, When  # noqa: E402
from core.findings import RULES, Rule  # noqa: E402
from core.profile.model import FIELDS, SECRETS, SECTIONS, PortGroup, Section  # noqa: E402
from core.profile.plain import PROPERTIES_SPEC  # noqa: E402
from core.secrets.resolve import VARIABLES  # noqa: E402
from core.text import current_language, use_language  # noqa: E402
from core.version import COMMAND  # noqa: E402

GUIDE = Path("docs") / "guide"
LANGUAGES = ("en", "ja")
"""The languages the guide is written in; the program may know more."""

_ABOUT_FIELDS = (
    "Every field of a profile, in the order of the window. Each has its key: `section.name` "
    "stands in the profile's YAML file under `section:` as `name:`, and is what findings and "
    "`--json` name."
)
_ABOUT_PORT_GROUPS = (
    "Each port group has `role`, `name`, `vlan` (0 to 4094; 0 is no tag) and `mode` (`create` or "
    "`existing`)."
)
_ABOUT_SECRETS = (
    "These never stand in a profile. They come from the environment, from the keyring, or are "
    "asked for; see [Files and passwords](files-and-passwords.md)."
)
_ABOUT_ID = (
    "Names this profile in the keyring and on what it creates. A copy of the file needs another "
    "one."
)
_ABOUT_FINDINGS = (
    "What the checks can say, by its code. `haproxy-setup check --json` and `plan --json` give "
    "the code; the window shows the sentence. An **error** blocks the deployment, a **warning** "
    "does not, a **note** only informs."
)
_ABOUT_COMMANDS = (
    "The command line does what the window does, with the same checks. Without a subcommand, or "
    "with only a profile's file, the window opens: `haproxy-setup lab.haproxy.yaml`."
)
_ABOUT_JSON = (
    "With `--json` a command writes one JSON document to standard output when it ends, and what it "
    "says meanwhile to standard error. A run that ends early writes "
    '`{"error": {"code", "what", "advice"}, ...}`: the code is `stopped` after Ctrl-C or a signal, '
    "`internal` for what nobody foresaw (the log has it), else that of the error. Where steps had "
    "begun, `steps` has the `state` of each (`verify`: `checks`); `deploy` also lists the keys of "
    "those whose result is `kept`, and of those that were `in_progress`, whose result may be there "
    "or not."
)

# The words of these pages that are in no catalogue, since only the pages use them.
_JAPANESE = {
    "Made by `packaging/dev/docs.py` from the code. Do not edit.":
        "`packaging/dev/docs.py` がコードから生成したページです。直接編集しないでください。",
    "Every field": "すべての項目",
    _ABOUT_FIELDS:
        "プロファイルのすべての項目を、ウィンドウと同じ順に示します。各項目にはキーがあります。"
        "`section.name` は、プロファイルの YAML ファイルでは `section:` の下の `name:` にあたり、"
        "検出結果と `--json` もこのキーで項目を示します。",
    "Key": "キー",
    "Required": "必須",
    "yes": "はい",
    "no": "いいえ",
    "Default": "デフォルト値",
    "Example": "例",
    "Choices": "選択肢",
    "Bounds": "範囲",
    "{lowest} to {highest}": "{lowest} ～ {highest}",
    "OVF property": "OVF プロパティ",
    "Counts when": "有効な条件",
    "`{key}` is {values}": "`{key}` が {values} のとき",
    "{one}, or {other}": "{one}、または {other}",
    "Environment variable": "環境変数",
    "Kept with": "保存するコマンド",
    "none": "なし",
    _ABOUT_PORT_GROUPS:
        "ポート グループごとに `role`、`name`、`vlan`（0 ～ 4094。0 はタグなし）、`mode`"
        "（`create` または `existing`）を指定します。",
    _ABOUT_SECRETS:
        "これらの値がプロファイルに書かれることはありません。環境変数、キーリング、または入力に"
        "よって渡します。[ファイルとパスワード](files-and-passwords.md)を参照してください。",
    "Further keys of the file": "ファイルのその他のキー",
    "Version of the format; this program writes {number}.":
        "形式のバージョン。このプログラムは {number} を書きます。",
    _ABOUT_ID:
        "キーリングと、作成したオブジェクトの上で、このプロファイルを示す名前。ファイルをコピー"
        "したら、別の値にします。",
    "Every finding": "すべての検出結果",
    _ABOUT_FINDINGS:
        "チェックが示すすべての検出結果を、コードごとに説明します。コードは `haproxy-setup check "
        "--json` と `plan --json` の出力にあり、ウィンドウには文が表示されます。**エラー**は"
        "デプロイを止めます。**警告**は止めません。**注意**は情報だけです。",
    "error": "エラー",
    "warning": "警告",
    "note": "注意",
    "Cause": "原因",
    "Cure": "対処",
    "Source": "出典",
    "VMware's installation guide": "VMware のインストール ガイド",
    "OVF standard {number}": "OVF 標準 {number}",
    "how the appliance works": "アプライアンスの動作",
    "requirements of the Supervisor": "スーパーバイザーの要件",
    "how vSphere imports an OVA": "vSphere の OVA インポートの動作",
    "Values": "値",
    "Names": "名前",
    "Passwords, certificates and keys": "パスワード、証明書、キー",
    "Addresses of the appliance": "アプライアンスのアドレス",
    "Load balancer IP ranges": "ロード バランサの IP アドレス範囲",
    "Switch and hosts": "スイッチとホスト",
    "Networks and the choice of OVA": "ネットワークと OVA の選択",
    "The profile's file": "プロファイルのファイル",
    "The OVA": "OVA",
    "vCenter": "vCenter",
    "The live network and cluster": "実際のネットワークとクラスタ",
    "After the deployment": "デプロイの後",
    "Others": "その他",
    "Every command": "すべてのコマンド",
    _ABOUT_COMMANDS:
        "コマンド ラインでも、ウィンドウと同じことを同じチェックで実行できます。サブコマンドなし、"
        "またはプロファイルのファイルだけを指定すると、ウィンドウが開きます。"
        "例: `haproxy-setup lab.haproxy.yaml`",
    "Options of every command": "すべてのコマンドに共通のオプション",
    "They stand before the subcommand: `haproxy-setup --language ja check lab.haproxy.yaml`.":
        "サブコマンドの前に書きます。例: `haproxy-setup --language ja check lab.haproxy.yaml`",
    "Argument": "引数",
    "Meaning": "意味",
    "show the help and end": "ヘルプを表示して終了する",
    "show the version and end": "バージョンを表示して終了する",
    "one of {choices}": "{choices} のいずれか",
    "default: {value}": "デフォルト値: {value}",
    _ABOUT_JSON:
        "`--json` を付けると、コマンドは終了時に JSON ドキュメントを 1 つだけ標準出力に書き、途中の"
        "メッセージは標準エラー出力に書きます。途中で終わった場合は "
        '`{"error": {"code", "what", "advice"}, ...}` を書きます。コードは、Ctrl-C またはシグナルに'
        "よる停止では `stopped`、予期しないエラーでは `internal`(詳細はログ)、それ以外ではその"
        "エラーのコードです。手順が始まっていた場合は、`steps`(`verify` では `checks`)に各手順の "
        "`state` があります。`deploy` ではさらに、結果が残っている手順のキーが `kept` に、実行中"
        "だったために結果が残っているかどうか分からない手順のキーが `in_progress` にあります。",
    "Exit status": "終了ステータス",
    "Exit status: {statuses}.": "終了ステータス: {statuses}。",
    "For all of them: {statuses}.": "すべてのコマンドに共通: {statuses}。",
    "done": "完了",
    "failed, or wrong usage": "失敗、または使い方の誤り",
    "stopped by Ctrl-C or a signal": "Ctrl-C またはシグナルによる停止",
    "the reader of a pipe has gone (`haproxy-setup new | head`)":
        "パイプの読み手が終了した(`haproxy-setup new | head` など)",
    "no findings, or warnings and notes only": "検出結果なし、または警告と注意だけ",
    "there are errors, or the profile cannot be read":
        "エラーがある、またはプロファイルを読み込めない",
    "nothing to do": "変更なし",
    "there are changes to make": "変更がある",
    "blocked, or failed": "実行不可、または失敗",
    "everything is there": "すべてそろっている",
    "blocked, not agreed to, or failed": "実行不可、同意がない、または失敗",
    "proven": "検証済み",
    "not proven, or failed": "検証できなかった、または失敗",
    "removed, or nothing to remove": "削除した、または削除するものがない",
    "in place": "入れ替わった",
    "no replaced appliance is left": "置き換えられたアプライアンスは残っていない",
    "the certificate was saved in the profile": "証明書をプロファイルに保存した",
    "not trusted, or failed": "信頼されなかった、または失敗",
}  # fmt: skip

_STATUSES: dict[str, tuple[tuple[int, str], ...]] = {
    "check": (
        (0, "no findings, or warnings and notes only"),
        (1, "there are errors, or the profile cannot be read"),
    ),
    "plan": (
        (0, "nothing to do"),
        (cli.CHANGES, "there are changes to make"),
        (1, "blocked, or failed"),
    ),
    "deploy": ((0, "everything is there"), (1, "blocked, not agreed to, or failed")),
    "verify": ((0, "proven"), (1, "not proven, or failed")),
    "undo": ((0, "removed, or nothing to remove"), (1, "blocked, not agreed to, or failed")),
    "redeploy": ((0, "in place"), (1, "blocked, not agreed to, or failed")),
    "accept": ((0, "no replaced appliance is left"), (1, "blocked, not agreed to, or failed")),
    "trust": ((0, "the certificate was saved in the profile"), (1, "not trusted, or failed")),
}
_COMMON_STATUSES = (
    (cli.OK, "done"),
    (cli.FAILED, "failed, or wrong usage"),
    (cli.STOPPED, "stopped by Ctrl-C or a signal"),
    (cli.CLOSED_PIPE, "the reader of a pipe has gone (`haproxy-setup new | head`)"),
)

# Title, then what it takes: a module or package of core, or the start of codes as "code:...".
# The first that fits takes a rule, so the finer ones come first.
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Values", ("core.checks.ipv4", "core.checks.characters", "core.checks.profile")),
    ("Names", ("core.checks.names",)),
    ("Passwords, certificates and keys", ("core.checks.credentials", "core.checks.authority",
                                          "core.checks.trusted_certificates")),
    (
        "Load balancer IP ranges",
        ("code:range-small", "code:range-large", "code:range-host", "code:range-dash",
         "core.checks.overlap"),
    ),
    ("Addresses of the appliance", ("core.checks.addresses", "core.checks.networks",
                                    "core.checks.segments", "core.checks.subnets")),
    ("Switch and hosts", ("core.checks.switch", "core.plan.host_problems",
                          "core.plan.nic_problems",
                          "core.plan.switch_steps")),
    ("The OVA", ("core.ova", "core.plan.ova_steps", "code:ova-")),
    ("Networks and the choice of OVA", ("core.checks.placement",)),
    ("The profile's file", ("core.profile",)),
    ("The live network and cluster", ("core.checks.live",)),
    ("After the deployment", ("core.proof", "core.handoff", "core.plan.undo", "core.plan.redeploy",
                              "core.plan.unfinished")),
    ("vCenter", ("core.plan",)),
    ("Others", ("core",)),
)  # fmt: skip
_ORDER = (
    "Values", "Names", "Addresses of the appliance", "Load balancer IP ranges",
    "Networks and the choice of OVA", "Passwords, certificates and keys", "Switch and hosts",
    "The profile's file", "The OVA", "vCenter", "The live network and cluster",
    "After the deployment", "Others",
)  # fmt: skip


def word(english: str, /, **values: object) -> str:
    """A word of these pages in the language in use."""
    text = _JAPANESE[english] if current_language() == "ja" else english
    return text.format(**values) if values else text


# ---- rules ------------------------------------------------------------------------------------


def find_rules(root: Path = ROOT) -> dict[str, str]:
    """Code -> module for every ``rule("code", ...)`` in the sources of ``core``."""
    found: dict[str, str] = {}
    for path in sorted((root / "core").rglob("*.py")):
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "rule":
                code = node.args[0]
                if not (isinstance(code, ast.Constant) and isinstance(code.value, str)):
                    raise TypeError(f"{module}:{node.lineno}: the code has to be a literal")
                found[code.value] = module
    return found


def read_rules() -> dict[str, Rule]:
    """Every rule of ``core``, by its code, in alphabetical order."""
    codes = find_rules()
    for module in sorted(set(codes.values())):
        importlib.import_module(module)
    return {code: RULES[code] for code in sorted(codes)}


def grouped_rules() -> dict[str, list[Rule]]:
    """The rules by the title of their group."""
    modules = find_rules()
    groups: dict[str, list[Rule]] = {title: [] for title in _ORDER}
    for code, rule in read_rules().items():
        groups[_group(code, modules[code])].append(rule)
    return {title: rules for title, rules in groups.items() if rules}


def _group(code: str, module: str) -> str:
    for title, places in _GROUPS:
        for place in places:
            if place.startswith("code:"):
                if code.startswith(place.removeprefix("code:")):
                    return title
            elif f"{module}.".startswith(f"{place}."):
                return title
    raise LookupError(module)


def _source(rule: Rule) -> str:
    return ", ".join(_one_source(part.strip()) for part in rule.source.split(",") if part.strip())


def _one_source(source: str) -> str:
    if re.fullmatch(r"F\d+", source):
        return f"[{source}](../../failure-modes.md#{source.lower()})"
    if source == "guide":
        return word("VMware's installation guide")
    if source.startswith("DSP"):
        return word("OVF standard {number}", number=source)
    chapters = {
        "DOMAIN 1": "how the appliance works",
        "DOMAIN 4": "requirements of the Supervisor",
        "DOMAIN 7": "how vSphere imports an OVA",
    }
    return word(chapters[source]) if source in chapters else source


def findings_page() -> str:
    """Every code: how bad, cause, cure, source."""
    groups = grouped_rules()
    lines = [*_head("Every finding"), word(_ABOUT_FINDINGS), ""]
    for title, rules in groups.items():
        links = ", ".join(f"[{rule.code}](#{rule.code})" for rule in rules)
        lines.append(f"- **{word(title)}**: {links}")
    for title, rules in groups.items():
        lines += ["", f"## {word(title)}"]
        for rule in rules:
            lines += ["", f'### <a name="{rule.code}">{rule.code}</a>', ""]
            lines.append(f"**{word(rule.severity.value)}**")
            lines += ["", f"- {word('Cause')}: {_plain(rule.cause)}"]
            lines.append(f"- {word('Cure')}: {_plain(rule.cure)}")
            if rule.source:
                lines.append(f"- {word('Source')}: {_source(rule)}")
    return _joined(lines)


# ---- fields -----------------------------------------------------------------------------------


def fields_page() -> str:
    """Every field of a profile and every secret."""
    lines = [*_head("Every field"), word(_ABOUT_FIELDS)]
    for section in SECTIONS:
        lines += _section(section)
    lines += ["", f"## {SECRETS.title}", "", word(_ABOUT_SECRETS)]
    for spec in SECRETS.fields:
        lines += _field(spec)
    lines += ["", f"## {word('Further keys of the file')}"]
    number = importlib.import_module("core.profile.model").SCHEMA_VERSION
    about_schema = "Version of the format; this program writes {number}."
    lines += ["", '### <a name="schema">schema</a>', "", word(about_schema, number=number)]
    lines += ["", '### <a name="id">id</a>', "", word(_ABOUT_ID)]
    lines += _field(PROPERTIES_SPEC)
    return _joined(lines)


def _section(section: Section) -> Iterator[str]:
    yield from ("", f"## {section.title}", "", f"`{section.name}:`")
    for spec in section.fields:
        yield from _field(spec)


def _field(spec: FieldSpec) -> Iterator[str]:
    yield from ("", f'### <a name="{spec.key}">{spec.label}</a>', "", _plain(spec.help), "")
    if spec.key == "switch.port_groups":
        yield from (word(_ABOUT_PORT_GROUPS), "")
    yield f"- {word('Key')}: `{spec.key}`"
    yield f"- {word('Required')}: {word('yes' if spec.required else 'no')}"
    if not spec.is_secret:
        yield f"- {word('Default')}: {_value(spec.default)}"
    if spec.example:
        yield f"- {word('Example')}: `{spec.example}`"
    if spec.choices:
        choices = "; ".join(f"`{choice.value}` ({choice.label})" for choice in spec.choices)
        yield f"- {word('Choices')}: {choices}"
    if spec.minimum is not None:
        bounds = word("{lowest} to {highest}", lowest=spec.minimum, highest=spec.maximum)
        yield f"- {word('Bounds')}: {bounds}"
    if spec.ovf_key:
        yield f"- {word('OVF property')}: `{spec.ovf_key}`"
    if spec.when:
        yield f"- {word('Counts when')}: {'; '.join(map(_when, spec.when))}"
    if spec.is_secret:
        which = next(short for short, name in NAMES.items() if name == spec.name)
        yield f"- {word('Environment variable')}: `{VARIABLES[spec.name]}`"
        yield f"- {word('Kept with')}: `{COMMAND} password set PROFILE {which}`"


def _when(when: When) -> str:
    spec = FIELDS[when.key]
    labels = {choice.value: str(choice.label) for choice in spec.choices}
    values = ", ".join(
        f"`{value}` ({labels[value]})" if isinstance(value, str) and value in labels
        else f"`{_bare(value)}`" for value in when.values
    )  # fmt: skip
    said = word("`{key}` is {values}", key=when.key, values=values)
    if when.otherwise is None:
        return said
    return word("{one}, or {other}", one=said, other=_when(when.otherwise))


def _value(value: object) -> str:
    if value in ("", ()):
        return word("none")
    return f"`{_bare(value)}`"


def _bare(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, PortGroup):
        return f"{value.role}: {value.name}, VLAN {value.vlan}"
    if isinstance(value, tuple):
        return ", ".join(map(_bare, value))
    return str(value)


# ---- commands ---------------------------------------------------------------------------------


def commands_page() -> str:
    """Every subcommand with its arguments and exit statuses."""
    top = _parser("")
    lines = [*_head("Every command"), word(_ABOUT_COMMANDS)]
    lines += ["", f"## {word('Options of every command')}", "", word(
        "They stand before the subcommand: `haproxy-setup --language ja check lab.haproxy.yaml`."
    ), "", *_arguments(top)]  # fmt: skip
    lines += ["", f"## {word('Exit status')}", ""]
    lines.append(word("For all of them: {statuses}.", statuses=_statuses(_COMMON_STATUSES)))
    lines += ["", "## JSON", "", word(_ABOUT_JSON)]
    for command in cli.COMMANDS:
        parser = _subparsers(_parser(command.name))[command.name]
        lines += ["", f'## <a name="{command.name}">{COMMAND} {command.name}</a>', ""]
        lines += [_sentence(command.help), *_command(f"{COMMAND} {command.name}", parser)]
        if command.name in _STATUSES:
            statuses = _statuses(_STATUSES[command.name])
            lines += ["", word("Exit status: {statuses}.", statuses=statuses)]
    return _joined(lines)


def _parser(name: str) -> argparse.ArgumentParser:
    return cli.parser_for([name])


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _command(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    nested = _subparsers(parser)
    if not nested:
        yield from ("", f"    {name} {_usage(parser)}".rstrip(), "", *_arguments(parser))
        return
    about = {one.dest: one.help for one in _nested_help(parser)}
    for sub, its in nested.items():
        yield from ("", f"### {name} {sub}", "", _sentence(about.get(sub) or ""))
        yield from ("", f"    {name} {sub} {_usage(its)}".rstrip(), "", *_arguments(its))


def _nested_help(parser: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action._choices_actions
    return ()


def _shown_actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    hidden = (argparse._SubParsersAction, argparse._HelpAction)
    return [one for one in parser._actions
            if not isinstance(one, hidden) and one.help != argparse.SUPPRESS]  # fmt: skip


def _usage(parser: argparse.ArgumentParser) -> str:
    """Options first, as argparse has it; built here, since its own form differs by version."""
    actions = _shown_actions(parser)
    options = [one for one in actions if one.option_strings]
    words = []
    for one in options:
        form = f"{one.option_strings[0]} {_metavar(one)}".strip()
        words.append(form if one.required else f"[{form}]")
    for one in actions:
        if not one.option_strings:
            words.append(f"[{_metavar(one)}]" if one.nargs in ("?", "*") else _metavar(one))
    return " ".join(words)


def _metavar(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.metavar:
        return str(action.metavar)
    if action.choices and action.option_strings:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.dest.upper() if action.option_strings else action.dest


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"| {word('Argument')} | {word('Meaning')} |"
    yield "| --- | --- |"
    for one in parser._actions:
        if isinstance(one, argparse._SubParsersAction) or one.help == argparse.SUPPRESS:
            continue
        names = one.option_strings or [_metavar(one)]
        value = _metavar(one) if one.option_strings and not one.choices else ""
        shown = ", ".join(f"`{f'{name} {value}'.strip()}`" for name in names)
        yield f"| {shown} | {_meaning(one)} |"


def _meaning(action: argparse.Action) -> str:
    if isinstance(action, argparse._HelpAction):
        return word("show the help and end")
    if isinstance(action, argparse._VersionAction):
        return word("show the version and end")
    parts = [_plain(action.help or "")]
    if action.choices:
        choices = ", ".join(f"`{choice}`" for choice in action.choices)
        parts.append(word("one of {choices}", choices=choices))
    if action.option_strings and action.default not in (None, False, argparse.SUPPRESS, [], ""):
        parts.append(word("default: {value}", value=f"`{action.default}`"))
    return "; ".join(part for part in parts if part).replace("|", "\\|")


def _statuses(statuses: tuple[tuple[int, str], ...]) -> str:
    return "; ".join(f"`{number}` {word(text)}" for number, text in statuses)


# ---- pages ------------------------------------------------------------------------------------


PAGES: dict[str, Callable[[], str]] = {
    "fields": fields_page,
    "findings": findings_page,
    "commands": commands_page,
}


def _head(title: str) -> list[str]:
    made = word("Made by `packaging/dev/docs.py` from the code. Do not edit.")
    return [f"<!-- {made} -->", "", f"# {word(title)}", ""]


def _plain(text: object) -> str:
    """Text of the code as text in Markdown: nothing in it is meant as a mark."""
    return re.sub(r"([<>*_`\[\]\\])", r"\\\1", " ".join(str(text).split()))


def _sentence(text: object) -> str:
    said = _plain(text).rstrip(".。")
    if current_language() == "ja":
        return f"{said}。"
    return f"{said[:1].upper()}{said[1:]}."


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def render_all() -> dict[Path, str]:
    """Every page by its path below the root of the project."""
    before = current_language()
    pages: dict[Path, str] = {}
    try:
        for language in LANGUAGES:
            use_language(language)
            for name, render in PAGES.items():
                pages[GUIDE / language / f"{name}.md"] = render()
    finally:
        use_language(before)
    return pages


def find_outdated(root: Path = ROOT) -> dict[Path, str]:
    """The pages whose file is missing or says something else."""
    return {
        path: text
        for path, text in render_all().items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is out of date, or with ``--check`` only name it; 1 if there was any then."""
    parser = argparse.ArgumentParser(description="Makes pages of the user guide from the code.")
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if out of date")
    only_check = parser.parse_args(arguments).check
    outdated = find_outdated()
    for path, text in outdated.items():
        print(f"{'not up to date' if only_check else 'wrote'}: {path.as_posix()}")
        if not only_check:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
    return 1 if only_check and outdated else 0


if __name__ == "__main__":
    sys.exit(main())
