"""What is painted of runs beyond what they recorded: answers of the Lab, and measured with their weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from resnet_viz.data.load import load
from resnet_viz.events import Profile, RunState
from resnet_viz.inspection.models import Model, load_model
from resnet_viz.lab.answers import ask, asking
from resnet_viz.lab.kept_answers import kept_answers
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.processes.channel import Arrays, Frame
from resnet_viz.specs import DataSpec, NetworkSpec, RunSpec, TrainSpec
from resnet_viz.store import Store
from resnet_viz.ui.architectures import panes
from resnet_viz.ui.permissions import LOCAL
from resnet_viz.wording import number, percent
from tests.made.stored import queue, write
from tests.ui.test_architectures_page import open_page, words
from tests.ui.test_inspect_page import race_with_checkpoints

pytestmark = pytest.mark.usefixtures("shared_inspector")


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What the last script run says of every row, a pane each."""
    found: list[dict[str, str]] = []
    monkeypatch.setattr(panes, "show_drawing", lambda _drawn, **told: found.append(told["facts"]))
    return found


def answered(
    store: Store,
    question: str,
    run: str,
    values: dict[str, Any],
    arrays: Arrays,
    *,
    step: int = 10,
    images: int = 500,
) -> None:
    """As a worker would."""
    record = ask(store, asking(QUESTIONS[question], run, step, {"images": images}), "local")
    attempt = store.measurements.claim(record.id, "worker", 1)
    assert attempt is not None
    store.measurements.end(
        record.id, attempt, RunState.FINISHED, share=1.0, result=Frame(values, dict(arrays))
    )


def rectified(model: Model, name: str, images: torch.Tensor) -> torch.Tensor:
    """What the ReLU puts out for all images."""
    kept: list[torch.Tensor] = []
    relu = model.network.get_submodule(name)
    with relu.register_forward_hook(lambda _module, _inputs, output: kept.append(output)):
        model.logits(images)
    return torch.cat(kept)


def test_answers_of_the_lab_are_painted_with_when_they_were_measured(
    store: Store, facts: list[dict[str, str]]
) -> None:
    plain, residual = race_with_checkpoints().run_ids
    link = {"left": f"run:{plain}", "right": f"run:{residual}", "level": "operation"}
    text = words(app := open_page(**link, paint="lesion"))
    assert text.count("the Lab has not measured this yet") == 2
    (link_to_lab,) = app.get("page_link")
    assert link_to_lab.proto.label == "In the Lab: What happens if one block is removed?"

    block = "stage1.block1"
    for step, rise in ((0, 0.0), (10, 0.25)):
        whole = {"plain": 0.5, "residual": 0.5}
        values = {
            "families": ["plain", "residual"],
            "blocks": {"plain": [block], "residual": [block]},
            "whole": whole,
        }
        errors = {"errors_plain": np.array([0.5 + 2 * rise]), "errors_residual": np.array([0.5 + rise])}
        answered(store, "lesion", residual, values, errors, step=step)
    app = open_page(**link, paint="lesion")
    assert "measured in the Lab on 2" in words(app)
    assert "with 500 test images, weights of step 10" in words(app)
    for pane, told in zip(facts[-2:], ("+50.0", "+25.0"), strict=True):
        assert f"<dd>{told} percentage points</dd>" in pane[f"{block}.relu"]
        assert "<dd>–</dd>" in pane["stage2.block1.relu"]
    next(slider for slider in app.select_slider if slider.label == "Training step").set_value(0).run()
    assert "<dd>0.0 percentage points</dd>" in facts[-1][f"{block}.relu"]


def test_the_branch_ratio_stands_at_each_addition_and_a_plain_network_has_none(
    store: Store, facts: list[dict[str, str]]
) -> None:
    plain, residual = race_with_checkpoints().run_ids
    ratios = np.array([0.5, 0.25, 0.125])
    arrays = {"branch_plain": np.full(3, np.nan), "branch_residual": ratios}
    answered(store, "block_change", residual, {"families": ["plain", "residual"]}, arrays)
    text = words(open_page(left=f"run:{plain}", right=f"run:{residual}", paint="branch", level="operation"))
    assert text.count("measured in the Lab on 2") == 1
    for stage, ratio in enumerate(ratios, 1):
        assert f"<dd>{number(float(ratio))}</dd>" in facts[-1][f"stage{stage}.block1.relu"]
    assert "Branch ratio" not in "".join(facts[-2].values())


@pytest.mark.parametrize("paint", ["zeros", "silent"])
def test_what_each_relu_sets_to_zero_is_measured_with_the_weights_of_the_step(
    paint: str, store: Store, facts: list[dict[str, str]], tmp_path: Path
) -> None:
    run = race_with_checkpoints().run_ids[0]
    app = open_page(left=f"run:{run}", paint=paint, level="operation")
    for step in (10, 0):
        next(slider for slider in app.select_slider if slider.label == "Training step").set_value(step).run()
        saved = next(one for one in store.checkpoints(run) if one.step == step)
        model = load_model(f"file:{store.run_folder(run) / saved.path}", tmp_path)
        images = load(DataSpec(resolution_px=8), tmp_path).test_images[:200]
        zero = rectified(model, "stage2.block1.relu1", images) == 0
        expected = zero.float().mean() if paint == "zeros" else zero.all(3).all(2).all(0).float().mean()
        assert f"<dd>{percent(float(expected))}</dd>" in facts[-2]["stage2.block1.relu1"]
        assert f"with the first 200 test images, weights of step {step}" in words(app)


def test_of_several_answers_the_one_over_most_images_counts(store: Store) -> None:
    run = store.run(race_with_checkpoints().run_ids[1])
    for images in (1000, 500):
        answered(store, "lesion", run.id, {"of": images}, {}, images=images)
    (found,) = kept_answers(store, QUESTIONS["lesion"], run).values()
    assert (found.images, found.result.values["of"]) == (1000, 1000)


def test_each_run_of_a_race_is_painted_with_the_answer_about_its_seed(
    store: Store, facts: list[dict[str, str]]
) -> None:
    group = race_with_checkpoints(seeds=2)
    blocks = {"plain": ["stage1.block1"], "residual": ["stage1.block1"]}
    values = {"families": list(blocks), "blocks": blocks, "whole": dict.fromkeys(blocks, 0.5)}
    errors = {0: 0.75, 1: 0.625}
    arrays = {
        f"{seed}/errors_{family}": np.array([error]) for seed, error in errors.items() for family in blocks
    }
    answered(store, "lesion", group.id, {"pairs": [values, values], "seeds": [0, 1]}, arrays)
    for run_id in group.run_ids:
        run = store.run(run_id)
        open_page(left=f"run:{run_id}", paint="lesion", level="operation")
        painted = "".join(facts[-2].values())
        assert f"+{100 * (errors[run.seed] - 0.5):.1f} percentage points" in painted


def test_a_run_that_the_lab_does_not_ask_about_is_not_painted_with_another(
    store: Store, facts: list[dict[str, str]]
) -> None:
    group = race_with_checkpoints(families=("plain", "residual", "residual+no-norm"))
    third = next(run for run in group.run_ids if store.run(run).spec.network.norm == "none")
    assert f"{third} is neither" in words(open_page(left=f"run:{third}", paint="lesion", level="operation"))
    assert "percentage points" not in "".join(facts[-2].values())


def test_scales_that_are_all_zero_yet_are_painted_beside_others(
    store: Store, facts: list[dict[str, str]]
) -> None:
    network = NetworkSpec(depth=8, width=4, learned_scale=True)
    still, moved = queue(
        store, [RunSpec(network=network, train=TrainSpec(seed=seed)) for seed in (0, 1)], LOCAL
    )
    taps = ("stage1.block1", "stage2.block1")
    write(store, still, Profile("branch/scale", taps, np.array([0]), np.zeros((1, 2), np.float32)))
    rows = np.array([[0, 0], [0.25, 0.5]], np.float32)
    write(store, moved, Profile("branch/scale", taps, np.array([0, 5]), rows))
    open_page(left=f"run:{still}", right=f"run:{moved}", paint="branch/scale", level="operation")
    for tap, value in zip(taps, (0.25, 0.5), strict=True):
        assert "<dd>0</dd>" in facts[-2][f"{tap}.relu"]
        assert f"<dd>{number(value)}</dd>" in facts[-1][f"{tap}.relu"]


def test_without_kept_weights_it_says_so() -> None:
    run = race_with_checkpoints(missing=True).run_ids[0]
    assert f"Run {run} has no weights on disk." in words(open_page(left=f"run:{run}", paint="zeros"))
