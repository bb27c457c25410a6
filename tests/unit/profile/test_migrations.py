"""Older profiles go through numbered steps; comments and unknown keys stay."""

from __future__ import annotations

import pytest

from core.profile import document as document_module
from core.profile import migrations
from core.profile.document import load_profile
from core.profile.migrations import migrate, migration

OLD = """\
schema: 1
id: abc
# about the machine
vm:
  title: old   # was called title
  colour: red
"""


def rename(data):
    data["vm"]["name"] = data["vm"].pop("title")


def test_steps_run_in_order():
    steps = {}
    order = []
    for number in (3, 2, 4):
        migration(to=number, steps=steps)(lambda _data, number=number: order.append(number))
    data = {"schema": 1}
    migrate(data, 1, steps, target=4)
    assert (order, data) == ([2, 3, 4], {"schema": 4})
    migrate(data, 4, steps, target=4)
    assert order == [2, 3, 4]


def test_two_steps_to_one_schema_are_a_mistake():
    steps = {}
    migration(to=2, steps=steps)(rename)
    with pytest.raises(ValueError, match="two migrations"):
        migration(to=2, steps=steps)(rename)


def test_there_is_a_step_to_every_schema():
    assert sorted(migrations._STEPS) == list(range(2, document_module.SCHEMA_VERSION + 1))


def test_an_old_file_is_read_and_rewritten_only_when_saved_with_a_change(tmp_path, monkeypatch):
    path = tmp_path / "p.yaml"
    path.write_text(OLD)
    monkeypatch.setattr(document_module, "SCHEMA_VERSION", 2)
    monkeypatch.setattr(
        document_module, "migrate", lambda data, version: migrate(data, version, {2: rename}, 2)
    )
    document = load_profile(path)
    assert document.profile.vm.name == "old"
    document.save()
    assert path.read_text() == OLD
    document.set("vm.cluster", "C")
    document.save()
    assert path.read_text() == (
        "schema: 2\nid: abc\n# about the machine\nvm:\n  colour: red\n  name: old\n  cluster: C\n"
    )
    assert (tmp_path / "p.yaml.old").read_text() == OLD
