"""Only what changed is written; all other text stays to the character."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.profile.yaml_edit import edited
from core.profile.yaml_render import rendered
from core.profile.yaml_tree import parse

FILE = """\
# head

network:   # about the network
    # the DNS
    dns:

    # the address
    address:   '10.0.0.2/24'   # fixed
    text: plain over
      two lines   # tail
rows:
- role: primary   # first
  name: P

# second
- {role: workload, name: "W"}
pem: |
  BEGIN
  END

list: [a,   b]  # short
odd:    {x: 1}
last: 1"""


def change(path, value):
    def apply(data):
        *way, name = path
        for step in way:
            data = data[step]
        if value is None:
            del data[name]
        else:
            data[name] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("network", "address"), "10.0.0.3/24", "'10.0.0.2/24'   #", "10.0.0.3/24   #"),
        (("network", "dns"), ["a", "b"], "dns:\n", "dns:\n      - a\n      - b\n"),
        (("network", "dns"), "a", "dns:\n", "dns: a\n"),
        (("network", "text"), "x", "plain over\n      two lines   #", "x   #"),
        (("network", "new"), 5, "# tail\n", "# tail\n    new: 5\n"),
        (("rows", 0, "name"), "Q", "name: P", "name: Q"),
        (("rows", 0, "vlan"), 5, "name: P\n", "name: P\n  vlan: 5\n"),
        (("rows", 1, "name"), "X", 'name: "W"', "name: X"),
        (("rows", 1, "vlan"), 5, '- {role: workload, name: "W"}',
         "- role: workload\n  name: W\n  vlan: 5"),
        (("rows", 0), None, "- role: primary   # first\n  name: P\n", ""),
        (("rows", 1), None, '- {role: workload, name: "W"}\n', ""),
        (("pem",), "A\nB", "|\n  BEGIN\n  END\n", "|-\n  A\n  B\n"),
        (("pem",), "", "|\n  BEGIN\n  END\n", '""\n'),
        (("list",), ["a", "c"], " [a,   b]  # short", "  # short\n  - a\n  - c"),
        (("list",), [], "[a,   b]", "[]"),
        (("odd", "x"), 2, "{x: 1}", "{x: 2}"),
        (("last",), "A\nB", "last: 1", "last: |-\n  A\n  B"),
        (("more",), {"a": {"b": True}}, "last: 1\n", "last: 1\nmore:\n  a:\n    b: true\n"),
        (("last",), None, "last: 1\n", ""),
    ],
)  # fmt: skip
def test_only_the_changed_place_is_touched(path, value, old, new):
    text = FILE + "\n"
    assert text.count(old) == 1
    data = parse(text, "").plain
    change(path, value)(data)
    result = edited(text, data)
    assert result == text.replace(old, new)
    assert parse(result, "").plain == data


def test_a_row_put_in_front_and_one_behind():
    text = "rows:\n  # about a\n  - a\n  - b  # about b\nz: 1\n"
    result = edited(text, {"rows": ["0", "a", "b", "c"], "z": 1})
    assert result == 'rows:\n  # about a\n  - "0"\n  - a\n  - b  # about b\n  - c\nz: 1\n'


def test_another_order_of_keys_is_written():
    text = "nics:\n  b: one\n  a: two\nz: 1\n"
    assert edited(text, {"nics": {"a": "two", "b": "one"}, "z": 1}) == (
        "nics:\n  a: two\n  b: one\nz: 1\n"
    )


def test_the_same_values_give_the_same_text():
    text = FILE + "\n"
    assert edited(text, parse(text, "").plain) is text


@pytest.mark.parametrize("text", ["{a: 1, b: {c: 2}}\n", "? a\n: 1\n? b\n: {c: 2}\n"])
def test_forms_that_cannot_be_patched_are_still_right(text):
    data = {"a": 1, "b": {"c": 3, "d": [1]}, "e": None}
    assert parse(edited(text, data), "").plain == data


def is_encodable(text):
    return all(not 0xD800 <= ord(character) < 0xE000 for character in text)


scalars = (
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=12)
    | st.sampled_from(["yes", "1e3", "- a", "a: b", "a #b", "0x1", "10.0.0.1", "::1", "'", '"',
                       "|", "!x", "&a", "*a", "<<", "%", "@", "`", "a\nb", "a\n\nb\n", " a", "a ",
                       "null", "~", "2024-01-01", "1:30", "\u2028", "\x85", "\ufeff", "{", "[a]"])
).filter(lambda s: not isinstance(s, str) or is_encodable(s))  # fmt: skip
keys = st.text(max_size=6).filter(is_encodable) | st.sampled_from(
    ["a", "b", "c", "Uplink 1", "true", "1", "<<", "-"]
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(keys, values, min_size=1, max_size=5)


@given(documents)
def test_whatever_is_rendered_reads_back(data):
    assert parse(rendered(data), "").plain == data


@given(documents, documents)
def test_any_text_can_be_edited_into_any_data(old, new):
    assert parse(edited(rendered(old), new), "").plain == new


@given(st.data())
def test_any_value_of_a_commented_file_can_be_changed(data):
    text = FILE + "\n"
    wanted = parse(text, "").plain
    for _ in range(data.draw(st.integers(1, 4))):
        name = data.draw(st.sampled_from(sorted(wanted)))
        place = wanted
        if isinstance(wanted[name], dict) and wanted[name] and data.draw(st.booleans()):
            place = wanted[name]
            name = data.draw(st.sampled_from(sorted(place)))
        place[name] = data.draw(values)
    before = copy.deepcopy(wanted)
    result = edited(text, wanted)
    assert parse(result, "").plain == wanted == before
    assert result.startswith("# head\n\nnetwork:")
