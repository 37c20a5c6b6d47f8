"""Controls of the questions that train: trained really, where there is nothing to learn or to compare."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from resnet_viz.data.load import LoadedData, load
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.history import RunHistory
from resnet_viz.lab.question import Finding, Outcome, Question
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.lab.trainings import packed
from resnet_viz.specs import RunSpec
from resnet_viz.training import loop
from tests.made.specs import tiny
from tests.made.trained import trained

TRAINING = [one for one in QUESTIONS.values() if one.needs == "training"]
EVERY = pytest.mark.parametrize("question", TRAINING, ids=[one.name for one in TRAINING])
PROFILES = ("branch/scale", "grad/relative")
SEEDS = 4


def small(question: Question, steps: int) -> Experiment:
    """What ``question`` trains, of tiny networks for ``steps``."""
    assert question.trains is not None
    spec = question.trains({**question.defaults, "seeds": SEEDS})
    run = tiny(
        steps=steps,
        learning_rate=0.05,
        batch_size=64,
        evaluate_every=steps,
        probe_every=steps,
        device="cpu",
    )
    return spec.but(run=run.but(network=run.network.but(init=spec.run.network.init)), depths=(8,))


def found(question: Question, spec: Experiment, train: Callable[[RunSpec], RunHistory]) -> Finding:
    histories = [
        replace(train(cell.run), family=cell.family, seed=cell.seed) for cell in spec.in_queue_order()
    ]
    assert {one.state for one in histories} <= {RunState.FINISHED, RunState.DIVERGED}
    finding = question.find(packed(spec, histories, PROFILES))
    assert finding is not None
    return finding


@pytest.fixture(scope="module")
def residuals(tmp_path_factory: pytest.TempPathFactory) -> dict[int, RunHistory]:
    """One network type, trained with every seed."""
    run = tiny(steps=40, learning_rate=0.1, batch_size=64, evaluate_every=40, probe_every=40, device="cpu")
    folder = tmp_path_factory.mktemp("residuals")
    return {
        seed: trained(run.but(train=run.train.but(seed=seed)), folder / str(seed)) for seed in range(SEEDS)
    }


@EVERY
def test_a_network_type_does_not_differ_from_itself(
    question: Question, residuals: dict[int, RunHistory]
) -> None:
    finding = found(question, small(question, 40), lambda run: residuals[run.train.seed])
    assert finding.outcome is Outcome.NO_EFFECT


@EVERY
def test_where_labels_are_shuffled_no_network_learns_and_that_judges_none(
    question: Question, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a network can do without something is open where all of them fail."""

    def shuffled(*asked: Any, **more: Any) -> LoadedData:
        data = load(*asked, **more)
        order = torch.randperm(len(data.train_labels), generator=torch.Generator().manual_seed(0))
        return replace(data, train_labels=data.train_labels[order])

    monkeypatch.setattr(loop, "load", shuffled)
    folders = map(str, range(1000))
    finding = found(question, small(question, 8), lambda run: trained(run, tmp_path / next(folders)))
    assert finding.outcome is Outcome.UNDECIDED
    assert finding.would_tell is not None
