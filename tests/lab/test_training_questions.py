"""What the questions that train may say of their numbers, and that they measure what they say."""

from collections.abc import Mapping
from importlib import import_module
from itertools import product
from math import log
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.figures.chart import to_figure
from resnet_viz.figures.figure import Figure
from resnet_viz.lab import task
from resnet_viz.lab.answers import asking
from resnet_viz.lab.panel import Panel, panel_figure
from resnet_viz.lab.question import Choices, Guess, Outcome, Question
from resnet_viz.lab.questions import (
    delta_orthogonal,
    identity_shortcut,
    no_norm,
    norm_or_skip,
    stochastic_depth,
)
from resnet_viz.lab.trainings import unpacked
from resnet_viz.processes.channel import Frame
from resnet_viz.processes.measuring import Bench, Partial
from resnet_viz.processes.tasks import MEASUREMENTS
from tests.lab.made_trainings import DIVERGED, answer
from tests.made.specs import tiny

GUESS = log(10)
MODULES = (norm_or_skip, no_norm, stochastic_depth, identity_shortcut, delta_orthogonal)
STOCHASTIC = "residual+stochastic-depth"


def question_of(module: ModuleType) -> Question:
    found: Question = module.QUESTION
    return found


def spec_of(module: ModuleType, seeds: int) -> Experiment:
    made: Experiment = module.experiment({**question_of(module).defaults, "seeds": seeds})
    return made


def about(loss: float, seeds: int) -> list[float]:
    """Losses of so many seeds near ``loss``; those that guess or diverge do so alike."""
    return [loss + (0.01 * seed if loss < GUESS else 0.0) for seed in range(seeds)]


def made(module: ModuleType, losses: Mapping[str, float], seeds: int, **changes: Any) -> Frame:
    ends = {family: about(loss, seeds) for family, loss in losses.items()}
    return answer(spec_of(module, seeds), ends, **changes)


NORM_OR_SKIP = {"plain+no-norm": GUESS, "residual+no-norm": 1.1, "plain": 1.2, "residual": 0.6}
NO_NORM = {"residual+no-norm": DIVERGED, "residual+no-norm+learned-scale": 0.9, "residual": 0.6}
DROPPING = {"residual": 0.6, STOCHASTIC: 1.0}
SHORTCUTS = {
    "residual": 0.6,
    "residual+half-shortcut": 0.9,
    "residual+all-projection": 0.9,
    "residual+shortcut-gate": 0.6,
    "residual+exclusive-gate": 1.3,
    "residual+dropout-shortcut": 1.4,
}
TANH, SAVED = "plain+no-norm+tanh", "plain+no-norm+tanh+delta-orthogonal"
OTHER_WAY = {"plain+no-norm": GUESS, TANH: 1.1, SAVED: 1.3, "residual": 0.6}
USUAL = {
    norm_or_skip: NORM_OR_SKIP,
    no_norm: NO_NORM,
    stochastic_depth: DROPPING,
    identity_shortcut: SHORTCUTS,
    delta_orthogonal: OTHER_WAY,
}


@pytest.mark.parametrize(
    ("module", "losses", "outcome"),
    [
        (norm_or_skip, {}, Outcome.SUPPORTS),
        (norm_or_skip, {"residual+no-norm": DIVERGED}, Outcome.CONTRADICTS),
        (norm_or_skip, {"residual": 1.2}, Outcome.CONTRADICTS),
        (norm_or_skip, dict.fromkeys(NORM_OR_SKIP, 0.6), Outcome.NO_EFFECT),
        (no_norm, {}, Outcome.SUPPORTS),
        (no_norm, {"residual+no-norm": 0.6, "residual+no-norm+learned-scale": 0.9}, Outcome.CONTRADICTS),
        (no_norm, {"residual+no-norm+learned-scale": GUESS}, Outcome.CONTRADICTS),
        (no_norm, {"residual+no-norm": 0.9}, Outcome.NO_EFFECT),
        (stochastic_depth, {}, Outcome.CONTRADICTS),
        (stochastic_depth, {STOCHASTIC: 0.2}, Outcome.SUPPORTS),
        (stochastic_depth, {STOCHASTIC: 0.61}, Outcome.NO_EFFECT),
        (delta_orthogonal, {}, Outcome.SUPPORTS),
        (delta_orthogonal, {SAVED: GUESS}, Outcome.CONTRADICTS),
        (delta_orthogonal, {"plain+no-norm": 0.9}, Outcome.CONTRADICTS),
        (delta_orthogonal, dict.fromkeys(OTHER_WAY, 0.6), Outcome.NO_EFFECT),
        (identity_shortcut, {}, Outcome.SUPPORTS),
        (identity_shortcut, {"residual+all-projection": 0.4}, Outcome.CONTRADICTS),
        (identity_shortcut, dict.fromkeys(SHORTCUTS, 0.6), Outcome.NO_EFFECT),
    ],
)
def test_the_outcome_follows_from_the_losses(
    module: ModuleType, losses: dict[str, float], outcome: Outcome
) -> None:
    finding = question_of(module).find(made(module, {**USUAL[module], **losses}, 4))
    assert finding is not None
    assert finding.outcome is outcome


@pytest.mark.parametrize("module", MODULES)
def test_seeds_that_disagree_decide_nothing(module: ModuleType) -> None:
    ends = {
        family: [0.5, 0.9, 1.6, 0.7][place % 4 :] + [0.5, 0.9, 1.6, 0.7][: place % 4]
        for place, family in enumerate(spec_of(module, 4).families)
    }
    finding = question_of(module).find(answer(spec_of(module, 4), ends))
    assert finding is not None
    assert finding.outcome is Outcome.UNDECIDED
    assert finding.would_tell is not None


@pytest.mark.parametrize("module", MODULES)
def test_one_seed_states_facts_and_judges_nothing(module: ModuleType) -> None:
    finding = question_of(module).find(made(module, USUAL[module], 1))
    assert finding is not None
    assert finding.outcome is Outcome.UNDECIDED
    facts = {stochastic_depth: "Test accuracy: 73.9% with all blocks"}
    assert facts.get(module, "0.600") in str(finding.sentence)
    assert str(finding.would_tell) == "More seeds would tell."


@pytest.mark.parametrize("module", MODULES)
def test_a_partial_result_is_drawn_and_says_nothing_yet(module: ModuleType) -> None:
    question = question_of(module)
    cells = len(spec_of(module, 4).cells())
    for unfinished in (1, cells):
        result = made(module, USUAL[module], 4, unfinished=unfinished)
        assert question.find(result) is None
        drawn = [_figure(panel) for panel in question.panels(result)]
        assert drawn[0].table()
        if isinstance(question.predict, Choices):
            assert question.predict.right(result) is None
        elif isinstance(question.predict, Guess):
            assert question.predict.measured(result) is None


@pytest.mark.parametrize("module", MODULES)
def test_sentences_have_all_their_numbers(module: ModuleType) -> None:
    """No placeholder is left, formulas have their braces, and a network that diverged says so."""
    for losses in (USUAL[module], {**USUAL[module], list(USUAL[module])[1]: DIVERGED}):
        result = made(module, losses, 4, scale=0.3)
        finding = question_of(module).find(result)
        assert finding is not None
        for said in (finding.sentence, finding.why):
            assert "–" not in str(said)
            assert "{{" not in str(said)
        drawn = [panel for panel in question_of(module).panels(result) if isinstance(panel, Panel)]
        errors = next(panel for panel in drawn if panel.name == "test_error")
        diverged = [text for text in errors.x_texts if "4 of 4 diverged" in text]
        assert len(diverged) == list(losses.values()).count(DIVERGED)


def test_which_alone_is_better_and_what_each_brings() -> None:
    finding = norm_or_skip.find(made(norm_or_skip, NORM_OR_SKIP, 4))
    assert finding is not None
    assert str(finding.sentence) == (
        "Skip connections: with normalisation the training loss falls by 0.600; without it the network "
        "learns, which it did not. Normalisation: with skip connections the training loss falls by 0.500; "
        "without them the network learns, which it did not."
    )
    predicted = norm_or_skip.QUESTION.predict
    assert isinstance(predicted, Choices)
    for skip, right in ((0.8, "skip"), (1.6, "norm"), (1.2, "same"), (DIVERGED, "norm")):
        losses = {**NORM_OR_SKIP, "residual+no-norm": skip}
        assert predicted.right(made(norm_or_skip, losses, 4)) == right


def test_what_tanh_and_the_start_each_bring_to_a_plain_network() -> None:
    finding = delta_orthogonal.find(made(delta_orthogonal, OTHER_WAY, 4))
    assert finding is not None
    assert str(finding.sentence) == (
        "From ReLU and He's weights to tanh and a delta-orthogonal start: the network learns, which it did "
        "not. Tanh alone: the network learns, which it did not; that start beside it: the training loss "
        "rises by 0.200. From there to the residual network: the training loss falls by 0.700."
    )
    predicted = delta_orthogonal.QUESTION.predict
    assert isinstance(predicted, Choices)
    for saved, right in ((1.3, "slower"), (0.6, "same"), (0.2, "faster"), (GUESS, "fails")):
        assert predicted.right(made(delta_orthogonal, {**OTHER_WAY, SAVED: saved}, 4)) == right


def test_the_gradient_before_the_first_step_is_drawn_relative_to_the_last_convolution() -> None:
    result = made(delta_orthogonal, OTHER_WAY, 4)
    panel = next(p for p in delta_orthogonal.panels(result) if isinstance(p, Panel) and p.name == "gradient")
    for one in panel.series:
        np.testing.assert_allclose(one.y, [0.25, 0.5, 1.0])
    finding = delta_orthogonal.find(result)
    assert finding is not None
    assert "of the first layer is 0.25 times that of the last with ReLU" in str(finding.why)


def test_the_learned_scale_of_every_block_is_drawn_at_three_moments() -> None:
    result = made(no_norm, NO_NORM, 4, scale=0.3)
    panel = next(one for one in no_norm.panels(result) if isinstance(one, Panel) and one.name == "scale")
    drawn = [one for one in panel.series if len(one.x)]
    assert [one.name for one in drawn] == ["after 40 steps", "after 20 steps"]
    for one, scale in zip(drawn, (0.3, 0.15), strict=True):
        np.testing.assert_allclose(one.y, np.full(3, scale), rtol=1e-6)
    finding = no_norm.find(result)
    assert finding is not None
    assert "of the 3 blocks is 0.300" in str(finding.why)


def test_blocks_are_kept_as_often_as_the_paper_says() -> None:
    """p_l = 1 − (l/L)(1 − p_L) with L = 15: on average 15 − 0.5 · (1 + … + 15)/15 = 11 of 15 blocks."""
    finding = stochastic_depth.find(made(stochastic_depth, DROPPING, 3))
    assert finding is not None
    assert "a step has 11.0 branches on average" in str(finding.why)
    assert "It took 50 ms, without dropping 50 ms" in str(finding.why)
    result = made(stochastic_depth, DROPPING, 3)
    panel = next(p for p in stochastic_depth.panels(result) if isinstance(p, Panel) and p.name == "survival")
    np.testing.assert_allclose(panel.series[0].y, 1 - np.arange(1, 16) / 15 * 0.5)
    assert panel.series[0].kind == "theory"


@pytest.mark.parametrize("module", MODULES)
def test_a_network_has_one_look_in_all_charts_and_its_place_where_it_has_no_error(module: ModuleType) -> None:
    """Also where one of them has diverged in every seed and has no point at all."""
    losses = {**USUAL[module], next(iter(USUAL[module])): DIVERGED}
    panels = [
        p for p in question_of(module).panels(made(module, losses, 4, scale=0.3)) if isinstance(p, Panel)
    ]
    colours: dict[str, set[str]] = {}
    for panel in panels:
        charted = to_figure(panel_figure(panel).chart)
        by_family = {one.name: one.family for one in panel.series}
        for trace in charted.data:
            family = by_family.get(trace.name, "")
            if family and len(trace.x):
                colours.setdefault(family, set()).add(trace.line.color or trace.marker.color)
        if panel.x_texts:
            assert charted.layout.xaxis.range == (-0.5, len(panel.x_texts) - 0.5)
    assert {family: len(found) for family, found in colours.items()} == dict.fromkeys(colours, 1)


def test_the_published_errors_of_shortcuts_stand_beside_ours() -> None:
    result = made(identity_shortcut, SHORTCUTS, 3)
    (panel,) = [
        p for p in identity_shortcut.panels(result) if isinstance(p, Panel) and p.name == "test_error"
    ]
    (published,) = [one for one in panel.series if one.kind == "published"]
    shown = sorted((panel.x_texts[int(x)], y) for x, y in zip(published.x, published.y, strict=True))
    assert shown == [
        ("1×1 convolution", 0.1222),
        ("gate on the skip connection", 0.0691),
        ("gate on the skip connection", 0.1286),
        ("identity", 0.0661),
    ]


@pytest.mark.parametrize("module", MODULES)
def test_every_choice_of_settings_is_an_experiment(module: ModuleType) -> None:
    question = question_of(module)
    names = [one.name for one in question.settings]
    for values in product(*(one.options for one in question.settings)):
        settings = question.with_settings(dict(zip(names, values, strict=True)))
        spec = module.experiment(settings)
        assert spec.seeds == settings["seeds"]
        assert spec.depths == (settings["depth"],)


@pytest.mark.parametrize("module", MODULES)
def test_it_trains_what_it_says_and_counts_what_that_took(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real measurement, of tiny networks for a few steps."""
    spec = spec_of(module, 1)
    small = tiny(data={"train_size": 100}, steps=4, evaluate_every=4, probe_every=2, device="cpu")
    small_spec = spec.but(run=small.but(network=small.network.but(init=spec.run.network.init)), depths=(8,))
    measures = import_module(f"resnet_viz.lab.measures.{question_of(module).name}")
    monkeypatch.setattr(measures, "experiment", lambda _settings: small_spec)
    asked = {"question": question_of(module).name, "networks": [], "settings": question_of(module).defaults}
    partials: list[Partial] = list(task.measure(asked, Bench(tmp_path, 1, 1)))
    last = partials[-1]
    assert last.share == 1
    assert last.values is not None
    assert last.values["cpu_s"] > 0
    frame = Frame(dict(last.values), dict(last.arrays or {}))
    found = unpacked(Frame.from_bytes(frame.to_bytes()))
    assert found.spec == small_spec
    assert {one.family for one in found.histories} == set(spec.families)
    assert {one.state for one in found.histories} <= {RunState.FINISHED, RunState.DIVERGED}
    assert question_of(module).find(frame) is not None
    assert [_figure(panel).table() for panel in question_of(module).panels(frame)]
    if module is no_norm:
        (scaled,) = found.of("residual+no-norm+learned-scale")
        table = scaled.profiles["branch/scale"]
        assert table.taps == tuple(f"stage{stage}.block1" for stage in (1, 2, 3))
        assert not table.value[0].any()
        assert table.value[-1].all()


@pytest.mark.parametrize("module", MODULES)
def test_it_takes_all_free_slots(module: ModuleType) -> None:
    assert MEASUREMENTS[asking(question_of(module)).task].fills


def _figure(panel: Panel | Figure) -> Figure:
    return panel_figure(panel) if isinstance(panel, Panel) else panel
