"""Predictions: kept until the next, each reader's own."""

import shutil
from pathlib import Path

from resnet_viz.store import Store, open_store

FIXTURES = Path(__file__).parent / "fixtures"


def test_a_prediction_is_kept_and_replaced_by_the_next(store: Store) -> None:
    assert store.predictions.of("me", "abc") is None
    store.predictions.keep("me", "abc", 0.6)
    assert store.predictions.of("me", "abc") == 0.6
    store.predictions.keep("me", "abc", "plain")
    assert store.predictions.of("me", "abc") == "plain"


def test_nobody_sees_what_another_reader_expected(store: Store) -> None:
    store.predictions.keep("me", "abc", 0.6)
    store.predictions.keep("you", "abc", 0.1)
    store.predictions.keep("me", "def", 0.2)
    assert (store.predictions.of("me", "abc"), store.predictions.of("you", "abc")) == (0.6, 0.1)
    assert store.predictions.of("you", "def") is None


def test_a_recorded_history_keeps_what_was_expected(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "v6.sqlite", tmp_path / "history.sqlite")
    store = open_store(tmp_path)
    assert store.predictions.of("someone", "a digest") == 0.6
    store.close()
