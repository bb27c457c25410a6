"""Writes the manual page from the arguments of the command line, in English and Japanese.

    python packaging/linux/man_page.py FOLDER

Runs with an interpreter that has the application's packages, from the checkout. The same sources
give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "packaging" / "pyinstaller")]

import places  # noqa: E402

_JAPANESE = {
    "NAME": "名前", "SYNOPSIS": "書式", "DESCRIPTION": "説明", "OPTIONS": "オプション",
    "COMMANDS": "コマンド", "EXIT STATUS": "終了ステータス", "ENVIRONMENT": "環境変数",
    "FILES": "ファイル", "SEE ALSO": "関連項目",
    "set up an HAProxy load balancer appliance in a vCenter":
        "HAProxy ロードバランサーのアプライアンスを vCenter にセットアップする",
    "With a profile, or with nothing, the window opens. With a command, no window is needed.":
        "引数なし、またはプロファイルを指定すると、ウィンドウが開きます。"
        "コマンドにはウィンドウは不要です。",
    "Profiles are YAML files that end in .haproxy.yaml. They hold no secrets.":
        "プロファイルは .haproxy.yaml で終わる YAML ファイルです。秘密情報は含みません。",
    "Open every page without a network, print what was found as JSON, end. For packagers.":
        "ネットワークを使わずに全ページを開き、結果を JSON で表示して終了します"
        "（パッケージ作成者用）。",
    "done, or nothing to do": "成功、または行うことがない",
    "failed, refused, or wrong usage": "失敗、拒否、または使い方の誤り",
    "plan: there are changes to make": "plan: 行うべき変更がある",
    "stopped (Ctrl-C or SIGTERM)": "中断された (Ctrl-C または SIGTERM)",
    "password of the vCenter account": "vCenter アカウントのパスワード",
    "password of root on the appliance": "アプライアンスの root のパスワード",
    "password of the Data Plane API": "Data Plane API のパスワード",
    "key of your own CA": "独自の CA の鍵",
    "passphrase of that key, to decrypt it once": "その鍵を一度だけ復号するためのパスフレーズ",
    "path of the practice vCenter's program, if it is elsewhere":
        "練習用 vCenter のプログラムが別の場所にある場合のパス",
    "off: planned addresses are not probed on the network":
        "off を設定すると、計画したアドレスをネットワークで確認しない",
    "set to anything: no colours": "何か設定すると色を使わない",
    "settings of the window": "ウィンドウの設定",
    "drafts, journals of deployments, last proofs, and the log":
        "下書き、デプロイの記録、前回の検証結果、およびログ",
    "the user guide": "ユーザーガイド",
    "licences of others": "他者のライセンス",
    "Passwords are in the keyring under the service haproxy-setup.":
        "パスワードはキーリングのサービス haproxy-setup にあります。",
}  # fmt: skip

_STATUS = (
    ("0", "done, or nothing to do"),
    ("1", "failed, refused, or wrong usage"),
    ("2", "plan: there are changes to make"),
    ("130", "stopped (Ctrl-C or SIGTERM)"),
)
_VARIABLES = (
    ("HAPROXY_SETUP_VCENTER_PASSWORD", "password of the vCenter account"),
    ("HAPROXY_SETUP_ROOT_PASSWORD", "password of root on the appliance"),
    ("HAPROXY_SETUP_DATAPLANE_PASSWORD", "password of the Data Plane API"),
    ("HAPROXY_SETUP_CA_KEY", "key of your own CA"),
    ("HAPROXY_SETUP_CA_KEY_PASSPHRASE", "passphrase of that key, to decrypt it once"),
    (
        "HAPROXY_SETUP_PRACTICE_VCENTER",
        "path of the practice vCenter's program, if it is elsewhere",
    ),
    ("HAPROXY_SETUP_PROBES", "off: planned addresses are not probed on the network"),
    ("NO_COLOR", "set to anything: no colours"),
)
_FILES = (
    ("~/.config/haproxy-setup/settings.json", "settings of the window"),
    ("~/.local/state/haproxy-setup/", "drafts, journals of deployments, last proofs, and the log"),
    ("/usr/share/doc/haproxy-setup/guide/", "the user guide"),
    ("/usr/share/doc/haproxy-setup/third-party-licences.txt", "licences of others"),
)


def manual(language: str) -> str:
    """The page in troff."""
    from core.cli import main
    from core.text import use_language

    use_language(language)

    def say(text: str) -> str:
        return _JAPANESE[text] if language == "ja" else text

    day = datetime.fromtimestamp(places.source_date(), UTC).date().isoformat()
    command = places.COMMAND
    rows = [
        f'.TH {command.upper()} 1 "{day}" "{command} {places.VERSION}" "{places.PRODUCT}"',
        f".SH {_quoted(say('NAME'))}",
        f"{_safe(command)} \\- "
        + _safe(say("set up an HAProxy load balancer appliance in a vCenter")),
        f".SH {_quoted(say('SYNOPSIS'))}",
        *_synopsis(command),
        f".SH {_quoted(say('DESCRIPTION'))}",
        _safe(
            say("With a profile, or with nothing, the window opens. With a command, no window is "
                "needed.")
        ),
        ".PP",
        _safe(say("Profiles are YAML files that end in .haproxy.yaml. They hold no secrets.")),
        f".SH {_quoted(say('OPTIONS'))}",
        *_options(main.parser_for([])),
        *_item(
            "--self-test",
            say("Open every page without a network, print what was found as JSON, end. For "
                "packagers."),
        ),
        f".SH {_quoted(say('COMMANDS'))}",
    ]  # fmt: skip
    for one in main.COMMANDS:
        parser = _subparser(main.parser_for([one.name]), one.name)
        if parser is not None:
            rows += [f".SS {_quoted(_usage(parser))}", _safe(str(one.help)), *_options(parser)]
    rows.append(f".SH {_quoted(say('EXIT STATUS'))}")
    rows += [row for name, text in _STATUS for row in _item(name, say(text))]
    rows.append(f".SH {_quoted(say('ENVIRONMENT'))}")
    rows += [row for name, text in _VARIABLES for row in _item(name, say(text))]
    rows.append(f".SH {_quoted(say('FILES'))}")
    rows += [row for name, text in _FILES for row in _item(name, say(text))]
    rows += [
        ".PP",
        _safe(say("Passwords are in the keyring under the service haproxy-setup.")),
        f".SH {_quoted(say('SEE ALSO'))}",
        ".BR secret-tool (1)",
    ]
    return "\n".join(rows) + "\n"


def _synopsis(command: str) -> list[str]:
    return [
        f".B {_safe(command)}",
        f"[\\fIPROFILE{_safe(places.SUFFIX)}\\fR]",
        ".br",
        f".B {_safe(command)}",
        "\\fICOMMAND\\fR [\\fIOPTIONS\\fR]",
    ]


def _subparser(parser: argparse.ArgumentParser, name: str) -> argparse.ArgumentParser | None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices.get(name)
    return None


def _usage(parser: argparse.ArgumentParser) -> str:
    words = [parser.prog.split()[-1]]
    words += [
        str(action.metavar or action.dest)
        for action in parser._actions
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction)
    ]
    return " ".join(words)


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        if action.help == argparse.SUPPRESS:
            continue
        value = ""
        if action.nargs != 0:
            choices = "|".join(map(str, action.choices)) if action.choices else ""
            value = choices or str(action.metavar or action.dest).upper()
        name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        shown = f"{name} {value}" if action.option_strings and value else name
        yield from _item(shown, (action.help or "").replace("%%", "%"))


def _item(name: str, text: str) -> list[str]:
    return [".TP", f".B {_safe(name)}", _safe(text)]


def _quoted(text: str) -> str:
    return '"' + _safe(text).replace('"', "") + '"'


def _safe(text: str) -> str:
    flat = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{flat}" if flat.startswith((".", "'")) else flat


def main_program(folder: Path) -> None:
    """Write both pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("en", "ja"):
        path = folder / f"{places.COMMAND}.{language}.1"
        path.write_text(manual(language), "utf-8")


if __name__ == "__main__":
    main_program(Path(sys.argv[1]))
