"""Numbers for readers."""

import pytest

from resnet_viz.locale import set_language
from resnet_viz.wording import (
    after_steps,
    count,
    duration,
    listed,
    number,
    paragraph,
    percent,
    points,
    running_text,
    sentence,
    signed,
    with_commas,
    with_semicolons,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.594, "0.594"),
        (1.2, "1.20"),
        (-0.0418, "−0.0418"),
        (12.345, "12.3"),
        (999.6, "1,000"),
        (123456, "123,456"),
        (2e6, "2.00·10⁶"),
        (5.96e-9, "5.96·10⁻⁹"),
        (9.9996e-4, "0.00100"),
        (1e-43, "1.00·10⁻⁴³"),
        (3e-310, "3.00·10⁻³¹⁰"),
        (-1e-12, "−1.00·10⁻¹²"),
        (0.0, "0"),
        (float("nan"), "–"),
        (None, "–"),
        (float("-inf"), "−∞"),
    ],
)
def test_number(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_shares_and_counts() -> None:
    assert percent(0.6934) == "69.3%"
    assert percent(-0.0001) == "0.0%"
    assert percent(None) == "–"
    assert points(-0.26) == "−26.0"
    assert points(None) == "–"
    assert [signed(points(value)) for value in (0.478, -0.26, 0.0, None)] == ["+47.8", "−26.0", "0.0", "–"]
    assert count(464154) == "464,154"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1709, "1,700"), (0.00794, "0.0079"), (7.47, "7.5"), (2.83e-13, "2.8·10⁻¹³"), (9.96, "10"), (0, "0")],
)
def test_what_is_good_for_two_digits_has_two(value: float, shown: str) -> None:
    assert number(value, digits=2) == shown


def test_a_list_has_the_reader_s_comma() -> None:
    assert str(listed(["1", sentence("{n}", n=2), "3"])) == "1, 2, 3"
    assert str(listed(["1"])) == "1"


def test_what_stands_one_after_the_other_has_the_reader_s_space_and_nothing_empty() -> None:
    assert running_text(["One.", "", sentence("Two."), ""]) == "One. Two."
    assert running_text([]) == ""
    set_language("zh")
    try:
        assert running_text(["一。", "二。"]) == "一。二。"
    finally:
        set_language("en")


def test_thousands_can_be_listed() -> None:
    """A sweep may have so many cells, and all of them may have been stopped."""
    many = [sentence("{n}", n=n) for n in range(5000)]
    shown = [str(n) for n in range(5000)]
    assert str(listed(many)) == with_commas(shown) == ", ".join(shown)
    assert [str(one) for one in paragraph(many)] == [running_text(many)] == [" ".join(shown)]
    assert with_semicolons(shown) == "; ".join(shown)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_duration(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_a_moment_of_a_training_is_named_by_the_steps_before_it() -> None:
    assert [after_steps(step) for step in (0, 1, 1500)] == [
        "after 0 steps",
        "after 1 step",
        "after 1,500 steps",
    ]


def test_sentence_is_put_into_words_when_read() -> None:
    assert str(sentence("{n} steps", n=3)) == "3 steps"
