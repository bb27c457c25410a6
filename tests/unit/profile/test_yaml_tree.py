"""Hand-written YAML: what it means, and the one sentence for what it cannot mean."""

from __future__ import annotations

import pytest

from core.errors import FileError
from core.profile.yaml_tree import COUNT_LIMIT, parse


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a: 1", {"a": 1}),
        ("a: -5", {"a": -5}),
        ("a: 007", {"a": "007"}),
        ("a: 7.0", {"a": "7.0"}),
        ("a: 0x10", {"a": "0x10"}),
        ("a: 2024-01-01", {"a": "2024-01-01"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 99999999999999999999", {"a": "99999999999999999999"}),
        ("a: yes", {"a": "yes"}),
        ("a: true", {"a": True}),
        ("a: 'true'", {"a": "true"}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ('a: ""', {"a": ""}),
        ("1: x\ntrue: y\n~: z", {"1": "x", "true": "y", "~": "z"}),
        ("a: [1, {b: c}]", {"a": [1, {"b": "c"}]}),
        ("a:\n  -\n  - b", {"a": [None, "b"]}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ('a: "\\u65e5"', {"a": "日"}),
        ("%YAML 1.2\n---\na: b\n...\n", {"a": "b"}),
    ],
)
def test_text_means(text, plain):
    assert parse(text, "f").plain == plain


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a:\n\tb: 1", "f, line 2, column 1: a tab is used for indentation. Use spaces."),
        ("a:\n  b: 1\n c: 2", "f, line 3, column 2: the indentation or a colon is wrong."),
        ("a: b: c", "f, line 1, column 5: a colon is not expected here."),
        ("key\nb: c", "f, line 2, column 2: a colon is not expected here."),
        ("a: [1, 2\nb: 3", "f, line 1, column 4: a bracket never ends."),
        ("a: {b: c", "f, line 1, column 4: a bracket never ends. Add the closing ] or }, or"),
        ("x: 1\na: 'b", "f, line 2, column 4: a text in quotes never ends."),
        ('a: "C:\\qva"', "f, line 1, column 8: a backslash in double quotes starts an unknown"),
        ("a: @b", "f, line 1, column 4: a value cannot start with this character."),
        ("a: 1\nb: 2\na: 3", "f, line 3, column 1: “a” is there twice (first in line 1)."),
        ("{a: 1, a: 2}", "f, line 1, column 8: “a” is there twice (first in line 1)."),
        ("a: {b: 1, b: 2}", "f, line 1, column 11: “b” is there twice (first in line 1)."),
        ("a: &x 1\nb: *x", "f, line 1, column 4: an anchor or alias (& or *) is used."),
        ("b: *x", "f, line 1, column 4: an anchor or alias (& or *) is used."),
        ("a: {}\n<<: {b: c}", "f, line 2, column 1: a merge key (<<) is used."),
        ("a: !!python/object:os.x {}", "f, line 1, column 4: a YAML tag (!) is used."),
        ("a: !!str 1", "f, line 1, column 4: a YAML tag (!) is used."),
        ("? [a]\n: b", "f, line 1, column 3: a key is a list or group."),
        ("a: 1\n---\nb: 2", "f, line 2, column 1: a second document starts."),
        ("a: \x07", "f, line 1: an unprintable character."),
        ("", "f is empty. Make a profile to start from with: haproxy-setup new"),
        ("# nothing\n", "f is empty."),
        ("null", "f is empty."),
        ("- a", "f is not a profile: it holds no keys."),
        ("hello", "f is not a profile: it holds no keys."),
        ("[" * 1000, "f, line 1, column 17: values are nested too deeply."),
        ("a: {" * 100, "f, line 1, column 64: values are nested too deeply."),
        ("a: [" + "1," * COUNT_LIMIT, "there are too many values."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text, sentence):
    with pytest.raises(FileError) as caught:
        parse(text, "f")
    assert sentence in str(caught.value)


@pytest.mark.parametrize("text", ["password: hunter2\npassword: hunter2", "password: 'hunter2"])
def test_an_error_does_not_quote_the_file(text):
    with pytest.raises(FileError) as caught:
        parse(text, "f")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
