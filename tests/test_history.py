"""Joining records to curves, cuts included."""

import numpy as np

from resnet_viz.events import Facts, Profile, Rewound, RunState, Series, StateChanged
from resnet_viz.history import HistoryBuilder


def loss(*steps: int, of: float = 1.0) -> Series:
    return Series("train/loss", np.array(steps), np.array([of] * len(steps)))


def gradient(*steps: int, of: float = 1.0) -> Profile:
    return Profile("grad/norm", ("stem", "head"), np.array(steps), np.full((len(steps), 2), of, np.float32))


def test_pieces_join_in_order() -> None:
    builder = HistoryBuilder()
    builder.add([loss(0, 1), gradient(0), StateChanged(RunState.RUNNING), Facts({"a": 1})])
    builder.add([loss(2), gradient(1, 2), Facts({"b": 2}), Facts({"a": 3})])
    history = builder.history("plain", 4)
    assert history.series["train/loss"].step.tolist() == [0, 1, 2]
    assert history.profiles["grad/norm"].value.shape == (3, 2)
    assert history.facts == {"a": 3, "b": 2}
    assert (history.family, history.seed, history.state) == ("plain", 4, RunState.RUNNING)


def test_a_rewind_cuts_what_comes_again_within_one_delivery_and_across() -> None:
    builder = HistoryBuilder()
    builder.add([loss(0, 1, 2, 3), gradient(0, 2)])
    builder.add([loss(4), Rewound(2), loss(2, 3, of=9), gradient(2, of=9)])
    history = builder.history("plain", 0)
    assert history.series["train/loss"].step.tolist() == [0, 1, 2, 3]
    assert history.series["train/loss"].value.tolist() == [1, 1, 9, 9]
    assert history.profiles["grad/norm"].value[:, 0].tolist() == [1, 9]


def test_an_earlier_history_does_not_change_when_more_is_added() -> None:
    builder = HistoryBuilder()
    builder.add([loss(0)])
    before = builder.history("plain", 0)
    builder.add([loss(1), Facts({"a": 1})])
    assert len(before.series["train/loss"]) == 1
    assert before.facts == {}
