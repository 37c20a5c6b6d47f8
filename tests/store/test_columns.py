"""What was measured at the same steps shares a frame, whatever order it came in."""

import numpy as np
import pytest

from resnet_viz.events import Profile, Series
from resnet_viz.store.columns import Frame, frames_of, layout_digest, layout_json, layout_of

STEPS = np.arange(3)
LOSS = Series("train/loss", STEPS, np.array([0.1, 0.2, 0.3]))
ACCURACY = Series("train/accuracy", STEPS, np.array([1.0, 2.0, 3.0]))
NORMS = Profile("grad/norm", ("stem", "head"), STEPS, np.arange(6, dtype=np.float32).reshape(3, 2))
LAYOUT = (("train/loss", None), ("train/accuracy", None))


def test_equal_steps_share_a_frame_but_series_and_profiles_do_not() -> None:
    curves, table = frames_of([LOSS, NORMS, ACCURACY])
    assert curves.layout == LAYOUT
    assert table.layout == (("grad/norm", ("stem", "head")),)
    # int64 step and two float64; int64 step and two float32
    assert len(curves.to_bytes()) == 3 * (8 + 8 + 8)
    assert len(table.to_bytes()) == 3 * (8 + 4 + 4)


def test_other_steps_make_another_frame() -> None:
    later = Series("test/loss", np.array([2]), np.array([0.5]))
    assert [frame.layout for frame in frames_of([LOSS, later])] == [LAYOUT[:1], (("test/loss", None),)]


def test_the_bytes_are_little_endian_records() -> None:
    (frame,) = frames_of([Series("train/loss", np.array([258]), np.array([1.0]))])
    assert frame.to_bytes() == bytes([2, 1, 0, 0, 0, 0, 0, 0]) + bytes([0, 0, 0, 0, 0, 0, 0xF0, 0x3F])


def test_frames_end_to_end_are_a_longer_frame() -> None:
    (first,) = frames_of([LOSS, ACCURACY])
    more = [Series(old.name, STEPS + 3, old.value + 3) for old in (LOSS, ACCURACY)]
    (second,) = frames_of(more)
    loss, accuracy = Frame.from_bytes(first.layout, first.to_bytes() + second.to_bytes()).events()
    assert loss.step.tolist() == [0, 1, 2, 3, 4, 5]
    assert loss.value.tolist() == [*LOSS.value, *more[0].value]
    assert accuracy.value.tolist() == [1, 2, 3, 4, 5, 6]


def test_a_frame_can_be_cut() -> None:
    (frame,) = frames_of([NORMS])
    kept = frame.before(2)
    assert kept.last_step == 1
    (event,) = kept.events()
    assert event.value.tolist() == [[0, 1], [2, 3]]
    assert len(frame.before(0).records) == 0


def test_numbers_of_other_types_become_the_stored_ones() -> None:
    (frame,) = frames_of([Series("train/loss", STEPS.astype(np.int16), np.array([1, 2, 3], np.float16))])
    (event,) = frame.events()
    assert event.step.dtype == np.int64
    assert event.value.dtype == np.float64
    assert event.value.tolist() == [1, 2, 3]


def test_empty_events_vanish() -> None:
    assert frames_of([Series("train/loss", np.array([], np.int64), np.array([]))]) == []


@pytest.mark.parametrize("layout", [LAYOUT, (("grad/norm", ("stem", "head")),), (("a", ()),)])
def test_a_layout_survives_its_text(layout: tuple[tuple[str, tuple[str, ...] | None], ...]) -> None:
    assert layout_of(layout_json(layout)) == layout


def test_layouts_have_digests_of_their_own() -> None:
    layouts = [LAYOUT, LAYOUT[::-1], LAYOUT[:1], (("a", None),), (("a", ()),), (("a", ("b",)),)]
    assert len({layout_digest(layout) for layout in layouts}) == len(layouts)
