"""The entry of the command line: usage, errors, signals; and that it stays quick."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest

from core.cli import main as main_module
from core.cli import output
from core.cli.endings import accounted
from core.cli.main import COMMANDS, Command, main, system_language
from core.errors import AppError, InvalidInput
from core.findings import Finding, Severity
from core.jobs import Cancelled
from core.text import Text, current_language, use_language

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _english():
    yield
    use_language("en")


@pytest.fixture
def command(monkeypatch):
    """Installs a subcommand ``try`` that does what it is given."""

    def install(work):
        module = types.ModuleType("fake_command")
        module.add_arguments = lambda parser: parser.add_argument("--json", action="store_true")
        module.run = work
        monkeypatch.setitem(sys.modules, "fake_command", module)
        monkeypatch.setattr(
            main_module, "COMMANDS", (*COMMANDS, Command("try", "fake_command", Text("try it")))
        )

    return install


def raising(error):
    def run(_args):
        raise error

    return run


def test_help_lists_every_command_and_imports_none(capsys):
    for command in COMMANDS:
        sys.modules.pop(command.module, None)
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for command in COMMANDS:
        assert command.name in out
        assert str(command.help) in " ".join(out.split())
        assert command.module not in sys.modules


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help(command, capsys):
    assert main([command.name, "--help"]) == 0
    assert command.name in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["nwe"], ["new", "--topolgy", "default"], ["new", "--topology", "x"], ["check"], ["--lang=ja"],
     ["check", "a", "b"]],
)  # fmt: skip
def test_wrong_usage_is_not_the_status_that_means_changes(arguments, capsys):
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error: " in captured.err


def test_an_unknown_command_is_told_all_there_are(capsys):
    assert main(["deplyo", "deploy"]) == 1
    said = capsys.readouterr().err
    assert all(f"'{command.name}'" in said for command in COMMANDS)


def test_no_command_prints_help(capsys):
    assert main([]) == 1
    assert "COMMAND" in capsys.readouterr().out


def test_an_error_is_a_sentence_and_an_advice(command, capsys):
    command(raising(AppError(Text("It broke."), Text("Mend it."))))
    assert main(["try"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "error: It broke.\n       Mend it.\n"


def test_wrong_values_are_all_listed(command, capsys):
    findings = [
        Finding(Severity.WARNING, "w", ("a.b",), Text("Odd.")),
        Finding(Severity.ERROR, "e", ("c.d",), Text("Wrong."), Text("Right it.")),
    ]
    command(raising(InvalidInput(findings)))
    assert main(["try"]) == 1
    err = capsys.readouterr().err
    assert err.index("error    c.d  Wrong.") < err.index("warning  a.b  Odd.")
    assert "1 error, 1 warning, 0 notes." in err


def test_labels_are_in_the_language_of_the_rest(command, capsys):
    findings = [
        Finding(Severity.WARNING, "w", ("a.b",), Text("Odd."), Text("Even it.")),
        Finding(Severity.ERROR, "e", ("c.d",), Text("Wrong.")),
        Finding(Severity.NOTE, "n", (), Text("By the way.")),
    ]
    command(raising(InvalidInput(findings)))
    use_language("ja")
    try:
        assert main(["--language", "ja", "try"]) == 1
    finally:
        use_language("en")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("エラー: ")
    assert lines[1:5] == [
        "エラー  c.d  Wrong.",
        "警告    a.b  Odd.",
        "        Even it.",
        "情報    By the way.",
    ]


def test_an_error_is_json_when_asked_for(command, capsys):
    command(raising(AppError(Text("It broke."))))
    assert main(["try", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "error": {"code": "error", "what": "It broke.", "advice": None}
    }


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Cancelled()])
def test_stopping_is_no_error(command, capsys, error):
    command(raising(error))
    assert main(["try"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (KeyboardInterrupt(), "Run the same again to go on."),
        (Cancelled(), "Run the same again to go on."),
        (Cancelled(Text("The machine stays.")), "The machine stays."),
    ],
)
def test_a_stop_is_json_when_asked_for(command, capsys, error, advice):
    command(raising(error))
    assert main(["try", "--json"]) == 130
    assert json.loads(capsys.readouterr().out) == {
        "error": {"code": "stopped", "what": "Stopped.", "advice": advice}
    }


def test_what_a_command_knows_of_its_end_is_in_the_json_and_not_in_the_next(command, capsys):
    def run(_args):
        with accounted(lambda: {"steps": [1]}):
            raise AppError(Text("It broke."))

    command(run)
    assert main(["try", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["steps"] == [1]
    command(raising(AppError(Text("It broke."))))
    assert main(["try", "--json"]) == 1
    assert set(json.loads(capsys.readouterr().out)) == {"error"}


def test_a_stop_after_the_json_adds_no_second_one(command, capsys):
    def run(_args):
        output.print_json({"outcome": 1})
        raise KeyboardInterrupt

    command(run)
    assert main(["try", "--json"]) == 130
    assert json.loads(capsys.readouterr().out) == {"outcome": 1}


def test_sigterm_is_like_ctrl_c(command, capsys):
    cleaned = []

    def run(_args):
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            cleaned.append(True)

    command(run)
    before = signal.getsignal(signal.SIGTERM)
    assert main(["try"]) == 130
    assert cleaned
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.expects_log
def test_a_bug_is_one_sentence_with_the_trace_in_the_log(command, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("core.paths.log_folder", lambda: tmp_path)
    command(raising(ZeroDivisionError("deep inside")))
    assert main(["try"]) == 1
    err = capsys.readouterr().err
    log = tmp_path / "haproxy-setup.log"
    assert err == (
        f"error: Something unexpected went wrong (ZeroDivisionError). Details are in {log}.\n"
    )
    assert "deep inside" in log.read_text()
    assert "Traceback" in log.read_text()


@pytest.mark.expects_log
def test_a_bug_is_json_when_asked_for(command, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("core.paths.log_folder", lambda: tmp_path)
    command(raising(ZeroDivisionError("deep inside")))
    assert main(["try", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "error": {
            "code": "internal",
            "what": "Something unexpected went wrong (ZeroDivisionError).",
            "advice": f"Details are in {tmp_path / 'haproxy-setup.log'}.",
        }
    }


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "c"),
        ({"LANG": "de_DE", "LC_MESSAGES": "ja_JP"}, "ja"),
        ({"LC_ALL": "", "LANG": "en_US"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_follows_the_environment(environ, language):
    assert system_language(environ) == language


@pytest.mark.parametrize("arguments", [["--language", "ja"], ["--language=ja"]])
def test_the_language_can_be_chosen(arguments):
    main([*arguments, "--version"])
    assert current_language() == "ja"


def run_in_shell(*arguments, **more):
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "gui.launcher", *arguments],
        env=environ, check=False, capture_output=True, text=True, encoding="utf-8", **more,
    )  # fmt: skip


def test_a_reader_that_leaves_early_is_no_error():
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "gui.launcher", "new"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ,
    )  # fmt: skip
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


def test_a_command_imports_neither_qt_nor_vsphere_nor_keyring():
    code = (
        "import sys; from gui.launcher import main; main(['new']); main(['check', 'no.yaml']);"
        "print([m for m in ('PySide6', 'pyVmomi', 'keyring', 'requests') if m in sys.modules])"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, check=False, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_code_page_without_japanese_ends_no_command(tmp_path):
    done = run_in_shell("check", str(tmp_path / "日本.yaml"), cwd=tmp_path)
    assert done.returncode == 1
    assert "日本.yaml" in done.stderr


def test_a_registered_command_keeps_its_promises():
    import importlib

    for command in COMMANDS:
        module = importlib.import_module(command.module)
        module.add_arguments(argparse.ArgumentParser())
        assert callable(module.run)
