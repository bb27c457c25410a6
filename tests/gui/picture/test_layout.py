"""The layout is geometry: nothing overlaps, nothing sticks out, everything is there."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.profile.model import Profile
from core.text import Text
from core.topology import FURTHER, Kind, build_topology
from gui.picture.geometry import Rect
from gui.picture.layout import NARROWEST, WIDEST, broken, build_scene
from gui.picture.scale_layout import BAR
from gui.picture.scene import Face, Form, Scene
from tests.gui.picture import sample_networks as samples


class Typewriter:
    """Every letter is as wide as the others."""

    def __init__(self, letter: float = 7.0, line: float = 15.0) -> None:
        self._letter, self._line = letter, line

    @property
    def signal_width(self) -> float:
        return 10 * self._letter

    def width(self, text: Text | str, face: Face) -> float:
        return len(str(text)) * self._letter * (0.85 if face is Face.CAPTION else 1)

    def height(self, face: Face) -> float:
        return self._line - (2 if face is Face.CAPTION else 0)


def assert_tidy(scene: Scene) -> None:
    whole = Rect(0, 0, scene.width, scene.height)
    solid = [(part.rect, str(part)) for part in scene.parts]
    solid += [(label.rect, str(label)) for label in scene.labels]
    for rect, name in solid:
        assert whole.holds(rect), f"sticks out: {name}"
        assert rect.width > 0, name
        assert rect.height > 0, name
    for (one, first), (other, second) in combinations(solid, 2):
        assert not one.overlaps(other), f"{first} overlaps {second}"
    bands = [band.rect for band in scene.bands]
    for one, other in combinations(bands, 2):
        assert not one.overlaps(other)
    assert scene.frame is not None
    assert scene.appliance is not None
    assert whole.holds(scene.frame)
    assert whole.holds(scene.appliance)
    for block in filter(None, (scene.appliance, scene.rail)):
        assert not any(block.overlaps(band) for band in (*bands, scene.frame))
    blocks = [*bands, scene.frame, scene.appliance]
    for part in scene.parts:
        assert any(block.holds(part.rect) for block in blocks), f"nowhere: {part}"
    for line in (*scene.wires, *scene.arrows):
        ends = Rect(min(line.x1, line.x2), min(line.y1, line.y2), 0, 0)
        assert whole.holds(ends)
        assert line.x2 <= scene.width


@given(
    samples.profiles,
    st.integers(200, 1400),
    st.integers(200, 1400),
    st.sampled_from([(5.0, 13.0), (7.0, 15.0), (14.0, 30.0)]),
)
@settings(max_examples=250, deadline=None)
def test_nothing_overlaps_or_sticks_out(
    profile: Profile, width: int, height: int, letters: tuple[float, float]
) -> None:
    scene = build_scene(build_topology(profile), Typewriter(*letters), width, height)
    assert NARROWEST <= scene.width <= WIDEST
    assert_tidy(scene)


@given(samples.profiles, st.integers(300, 1000))
@settings(max_examples=100, deadline=None)
def test_every_place_of_the_network_has_a_part(profile: Profile, width: int) -> None:
    topology = build_topology(profile)
    scene = build_scene(topology, Typewriter(), width, 600)
    drawn = [(part.place.keys, part.place.text) for part in scene.parts]
    for place in topology.places():
        assert (place.keys, place.text) in drawn


def test_nics_are_plugged_in_at_the_height_of_their_wires() -> None:
    scene = build_scene(build_topology(samples.FRONTEND), Typewriter(), 800, 900)
    assert scene.appliance is not None
    nics = [
        part for part in scene.parts if part.place.kind.value == "nic" and part.form is Form.CHIP
    ]
    assert [part.rect.middle for part in nics] == [plug.socket.middle for plug in scene.plugs]
    for plug in scene.plugs:
        assert plug.socket.x < scene.appliance.right < plug.socket.right
        assert scene.appliance.y < plug.socket.y < scene.appliance.bottom


def test_values_line_up_in_columns() -> None:
    scene = build_scene(build_topology(samples.FRONTEND), Typewriter(), 800, 900)
    for kind in (Kind.NIC, Kind.GATEWAY):
        rects = [p.rect for p in scene.parts if p.place.kind is kind and p.form is Form.CHIP]
        assert len(rects) == 3
        assert len({(rect.x, rect.width) for rect in rects}) == 1


def test_lanes_of_the_switch_lie_in_its_frame_and_the_others_above() -> None:
    scene = build_scene(build_topology(samples.FRONTEND), Typewriter(), 800, 900)
    assert scene.frame is not None
    inside = {band.role: scene.frame.holds(band.rect) for band in scene.bands}
    assert inside == {"management": False, "frontend": True, "workload": True, FURTHER: True}


def test_more_height_gives_titles_above_values_and_less_puts_them_beside() -> None:
    topology = build_topology(samples.DEFAULT)
    roomy = build_scene(topology, Typewriter(), 700, 900)
    assert not roomy.inline
    assert roomy.height <= 900
    assert roomy.legend
    tight = build_scene(topology, Typewriter(), 700, 380)
    assert tight.inline
    assert tight.height < roomy.height


def test_a_problem_moves_nothing() -> None:
    """The layout does not know of findings at all, so room for their words is always kept."""
    scene = build_scene(build_topology(samples.DEFAULT), Typewriter(), 900, 900)
    title = Typewriter().width("Gateway", Face.CAPTION) + Typewriter().signal_width
    gateways = [p for p in scene.parts if p.form is Form.CHIP and p.place.title == Text("Gateway")]
    assert gateways
    assert all(part.rect.width >= title for part in gateways)


def test_the_bar_is_as_wide_as_its_lane() -> None:
    scene = build_scene(build_topology(samples.DEFAULT), Typewriter(), 700, 900)
    bar = next(part for part in scene.parts if part.form is Form.SCALE)
    band = next(band for band in scene.bands if band.role == "workload")
    assert bar.rect.width == band.rect.width - 16
    assert bar.rect.height == BAR


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("haproxy", ("haproxy",)),
        ("haproxy.lab.example", ("haproxy.", "lab.", "example")),
        ("", ()),
        ("abcdefghijklmno", ("abcdefghij", "klmno")),
    ],
)
def test_names_are_broken_behind_dots(name: str, lines: tuple[str, ...]) -> None:
    assert broken(name, Typewriter(), Face.PLAIN, 70) == lines
