"""What is said of a fork and its parent: numbers of the same steps, one pair, no judgement."""

import numpy as np

from resnet_viz.events import RunState
from resnet_viz.findings.fork_words import fork_losses, fork_sentences, origin_sentences
from resnet_viz.history import Curve, RunHistory
from resnet_viz.specs import Fork

CUT = Fork(run="parentrun2", step=100, change="cut")


def history(first: int, values: list[float], state: RunState = RunState.FINISHED) -> RunHistory:
    step = np.arange(first, first + len(values))
    return RunHistory("residual", 0, state, {"train/loss": Curve(step, np.array(values))})


def said(fork: RunHistory, parent: RunHistory) -> str:
    return " ".join(map(str, fork_sentences(CUT, fork, parent)))


def test_both_are_means_over_the_same_last_steps() -> None:
    parent = history(0, [9.0] * 100 + [1.0] * 50)
    fork = history(100, [9.0] * 10 + [2.0] * 20)
    assert fork_losses(CUT, fork, parent) == (130, 20, 2.0, 1.0)
    assert said(fork, parent) == (
        "Training loss after 130 steps (skips cut at step 100): fork 2.00, parent 1.00; mean of the last 20 "
        "steps, one pair of runs."
    )


def test_steps_before_the_fork_count_for_neither() -> None:
    parent = history(0, [9.0] * 100 + [1.0] * 50)
    assert fork_losses(CUT, history(100, [2.0, 4.0]), parent) == (102, 2, 3.0, 1.0)
    assert "mean" not in said(history(100, [2.0]), parent)


def test_where_there_is_nothing_to_compare_no_number_is_said() -> None:
    parent = history(0, [1.0] * 100)
    assert said(RunHistory("residual", 0, RunState.QUEUED), parent) == (
        "The fork has no step in common with its parent yet."
    )
    assert fork_losses(CUT, history(100, [2.0]), parent) is None


def test_a_fork_that_diverged_is_said_to_have() -> None:
    parent = history(0, [1.0] * 150)
    fork = history(100, [float("inf")], RunState.DIVERGED)
    assert said(fork, parent) == "The fork diverged at step 100 (skips cut at step 100)."
    kept = history(100, [2.0, float("nan")], RunState.DIVERGED)
    assert "fork 2.00, parent 1.00" in said(kept, parent)
    assert "The fork diverged at step 101" in said(kept, parent)


def test_a_parent_that_is_gone_is_said_to_be() -> None:
    known, gone = (" ".join(map(str, origin_sentences(CUT, is_known=known))) for known in (True, False))
    assert known == "Same as run parentrun2 up to step 100; one difference from there on: skips cut."
    assert gone.endswith("Run parentrun2 was deleted, or belongs to another history.")
