"""The fairness card: what must be equal is checked, what differs is named."""

import re

import pytest

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.findings.fairness import (
    FairnessCard,
    FairnessRow,
    _flat,
    fairness_card,
    race_is_fair,
    setting_in_words,
)
from resnet_viz.history import RunHistory
from resnet_viz.locale import set_language
from resnet_viz.specs import NetworkSpec, RunSpec

FACTS = {"parameters": 464154, "init_digest": "ab12", "batch_digests": {"10": "x", "100": "y"}}


def _run(role: str, **facts: object) -> RunHistory:
    return RunHistory(role, 0, RunState.RUNNING, facts=FACTS | facts)


def _card(
    plain: RunHistory | None = None, residual: RunHistory | None = None, network: NetworkSpec | None = None
) -> FairnessCard:
    race = Experiment(run=RunSpec(network=network or NetworkSpec()))
    return fairness_card(plain or _run("plain"), residual or _run("residual"), *race.runs())


def _row(card: FairnessCard, name: str) -> FairnessRow:
    return next(row for row in card.rows if row.name == name)


def test_equal_in_everything_is_fair() -> None:
    card = _card()
    assert card.fair is True
    assert [row.equal for row in card.rows] == [True] * 4
    assert _row(card, "parameters").plain == "464,154"
    assert "up to step 100" in str(_row(card, "batch_order").explanation)
    assert _row(card, "settings").plain == "Skip connections: None"
    assert _row(card, "settings").residual == "Skip connections: A: identity, zero-padded channels"
    assert "only in the skip connection." in str(card.summary)


def test_nothing_recorded_is_neither() -> None:
    empty = RunHistory("plain", 0, RunState.QUEUED)
    card = _card(empty, RunHistory("residual", 0, RunState.QUEUED))
    assert card.fair is None
    assert [row.equal for row in card.rows] == [None, None, None, True]
    assert race_is_fair([card]) is False
    assert str(card.summary) == "Not everything has been compared yet."


def test_only_common_steps_of_the_batches_are_compared() -> None:
    card = _card(residual=_run("residual", batch_digests={"10": "x", "50": "z"}))
    row = _row(card, "batch_order")
    assert row.equal is True
    assert "up to step 10 " in str(row.explanation)
    none_common = _row(_card(residual=_run("residual", batch_digests={"11": "x"})), "batch_order")
    assert none_common.equal is None


def test_batch_steps_count_as_numbers() -> None:
    digests = {"9": "x", "10": "y"}
    card = _card(_run("plain", batch_digests=digests), _run("residual", batch_digests=digests))
    assert "up to step 10 " in str(_row(card, "batch_order").explanation)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"parameters": 464155}, "parameters"),
        ({"init_digest": "cd"}, "initial_weights"),
        ({"batch_digests": {"10": "x", "100": "other"}}, "batch_order"),
    ],
)
def test_any_other_difference_is_unfair(facts: dict[str, object], name: str) -> None:
    card = _card(residual=_run("residual", **facts))
    assert card.fair is False
    assert _row(card, name).equal is False
    assert not _row(card, name).chosen
    assert "more than the skip connection" in str(card.summary)


def test_unfair_wins_over_unknown() -> None:
    residual = RunHistory("residual", 0, RunState.RUNNING, facts={"parameters": 1})
    assert _card(residual=residual).fair is False


def test_first_differing_step_is_named() -> None:
    card = _card(residual=_run("residual", batch_digests={"10": "other", "100": "other"}))
    assert "step 10 " in str(_row(card, "batch_order").explanation)


def test_projections_are_counted_named_and_chosen() -> None:
    taps = [
        {"name": "stem", "kind": "stem", "position": 1},
        {"name": "stage2.block1.shortcut.conv", "kind": "shortcut", "position": 5},
    ]
    residual = _run("residual", parameters=464154 + 2752, taps=taps)
    card = _card(residual=residual, network=NetworkSpec(shortcut="projection"))
    row = _row(card, "parameters")
    assert (row.equal, row.chosen, row.fair) == (False, True, True)
    assert "2,752 more" in str(row.explanation)
    assert "stage2.block1.shortcut.conv" in str(row.explanation)
    assert card.fair is True
    assert "the changes it requires" in str(card.summary)


@pytest.mark.parametrize("parameters", [464154 - 1, 464154 + 1])
def test_projections_excuse_no_other_size(parameters: int) -> None:
    card = _card(residual=_run("residual", parameters=parameters), network=NetworkSpec(shortcut="projection"))
    assert card.fair is False  # no projection is on record, or the network is smaller


def test_zero_start_is_chosen() -> None:
    card = _card(residual=_run("residual", init_digest="zz"), network=NetworkSpec(init="zero-last-norm"))
    row = _row(card, "initial_weights")
    assert (row.equal, row.chosen) == (False, True)
    assert card.fair is True
    assert "Initial weights: He, last norm of each block zero" in _row(card, "settings").residual


def test_any_other_setting_is_unfair_and_named() -> None:
    plain_spec, residual_spec = Experiment().runs()
    other = residual_spec.but(train=residual_spec.train.but(learning_rate=0.1000001, seed=1))
    card = fairness_card(_run("plain"), _run("residual"), plain_spec, other)
    row = _row(card, "settings")
    assert card.fair is False
    assert row.plain == "Learning rate: 0.1; First seed: 0"
    assert row.residual == "Learning rate: 0.1000001; First seed: 1"


def test_two_plain_networks_are_no_race() -> None:
    plain_spec = Experiment().runs()[0]
    card = fairness_card(_run("plain"), _run("residual"), plain_spec, plain_spec)
    assert card.fair is False


def test_a_race_is_fair_when_every_seed_is() -> None:
    fair, unfair = _card(), _card(residual=_run("residual", init_digest="cd"))
    assert race_is_fair([fair, fair]) is True
    assert race_is_fair([fair, unfair]) is False
    assert race_is_fair([]) is False


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_setting_has_a_name_in_words(language: str) -> None:
    set_language(language)
    try:
        for name, value in _flat(RunSpec()):
            words = setting_in_words(name, value)
            assert "." not in words.partition(value)[0], words
            assert "_" not in words.removesuffix(value), words
            assert language == "en" or not re.match("[A-Za-z]", words), words
    finally:
        set_language("en")
