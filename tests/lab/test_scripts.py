"""The scripts of questions: run by themselves, they give the numbers of the app."""

import ast
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnet_viz.data.arrays import Arrays, write_arrays
from resnet_viz.data.sources import SOURCES
from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.lab import answers
from resnet_viz.lab.answers import Asking, asking
from resnet_viz.lab.question import Settings
from resnet_viz.lab.questions.delta_orthogonal import GRADIENT
from resnet_viz.lab.questions.no_norm import SCALE
from resnet_viz.lab.subjects import Subjects
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.lab.take_away import NETWORKS, SCRIPTS, script_of, take_away
from resnet_viz.lab.trainings import small_run, unpacked
from resnet_viz.processes.channel import Frame
from tests.lab.answered import answer
from tests.lab.pairs import untrained_pair
from tests.made.programs import Programs
from tests.made.specs import tiny
from tests.made.trained import write_weights

TRAINS = [one.name for one in QUESTIONS.values() if one.needs == "training"]
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "first_gradient": [{"depth": 8, "seeds": 1}, {"depth": 20, "seeds": 1, "norm": "none"}],
    "branch_variance": [{"depth": 20, "seeds": 1}, {"depth": 20, "seeds": 1, "block": "preactivation"}],
    "branch_scale": [{"depth": 20, "seeds": 1}],
    "shattered": [{"depth": 20, "seeds": 1}, {"depth": 20, "seeds": 1, "norm": "none"}],
    "block_change": [{"images": 250}, {"images": 250, "weights": "start"}],
    "paths": [{"images": 32}, {"images": 32, "weights": "start"}],
    "linear_probe": [{"images": 1000}, {"images": 1000, "grid": 2, "weights": "start"}],
    "lesion": [{}],
    "removals": [{"images": 250}, {"images": 250, "change": "swapped"}],
    "landscape": [{}, {"layers": "first", "directions": 1}, {"layers": "last"}],
    "one_weight": [{"images": 128, "reach": 2.0}],
    "identity_blocks": [{"images": 250, "seeds": 1}],
    "folded": [{}],
    "norm_or_skip": [{"depth": 20, "seeds": 1}],
    "identity_shortcut": [{"seeds": 1}],
    "no_norm": [{"depth": 20, "seeds": 1}],
    "delta_orthogonal": [{"depth": 20, "seeds": 1}],
    "stochastic_depth": [{"depth": 20, "seeds": 1}],
}
"""What each is compared with; small, and every branch of a script at least once."""
CASES = [(name, settings) for name, every in SETTINGS.items() for settings in every]
OPEN = {"trace_plain", "trace_residual", "white", "brown", "multiply_adds", "seconds"}
"""Arrays of an answer that a script leaves out: a picture of one gradient, two theories, and times."""

ROUNDING = {"difference"}
"""A value that is rounding and nothing else."""

FEW_STEPS = 24
"""So long do trainings last that are compared: a step that differs by a bit shows at once."""


def ran(programs: Programs, asked: Asking, folder: Path) -> dict[str, Any]:
    """What the script prints, from a folder with nothing but its files; trainings are cut short."""
    with zipfile.ZipFile(io.BytesIO(take_away(None, asked, folder).zipped())) as archive:  # type: ignore[arg-type]
        archive.extractall(folder)
    script = folder / f"lab-{asked.question.name}" / f"{asked.question.name}.py"
    if asked.question.needs == "training":
        source = script.read_text(encoding="utf-8")
        script.write_text(
            re.sub("^STEPS = .*$", f"STEPS = {FEW_STEPS}", source, flags=re.M), encoding="utf-8"
        )
    done = programs.run(script, folder=folder, warnings="error")
    assert done.code == 0, done.err
    printed: dict[str, Any] = json.loads(done.out)
    return printed


def test_every_question_has_a_script_and_is_compared() -> None:
    assert set(SETTINGS) == set(QUESTIONS) == {path.stem for path in SCRIPTS.glob("*.py")} - {"networks"}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_script_is_short_and_needs_nothing_of_this_project(name: str) -> None:
    source = script_of(asking(QUESTIONS[name]))
    lines = source.splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 110
    for file in (source, (SCRIPTS / NETWORKS).read_text(encoding="utf-8")):
        for node in ast.walk(ast.parse(file)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names]
                for root in names if isinstance(node, ast.Import) else [node.module]:
                    top = str(root).partition(".")[0]
                    assert top in {"numpy", "torch", "networks"} | sys.stdlib_module_names


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_setting_stands_in_its_script(name: str) -> None:
    for one in QUESTIONS[name].settings:
        for value in one.options:
            asked = asking(QUESTIONS[name], settings={one.name: value})
            assert constants(script_of(asked))[one.name.upper()] == value


def constants(source: str) -> dict[str, Any]:
    return {
        target.id: ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


@pytest.mark.parametrize("name", TRAINS)
def test_a_script_trains_as_the_question_does(name: str) -> None:
    asked, said = asking(QUESTIONS[name]), constants((SCRIPTS / f"{name}.py").read_text(encoding="utf-8"))
    recipe = experiment_of(name)(asked.settings).run.train
    assert said["STEPS"] == recipe.steps
    assert said.get("RATE", said.get("LEARNING_RATE")) == recipe.learning_rate
    usual = small_run(depth=20, steps=recipe.steps, learning_rate=recipe.learning_rate).train
    assert recipe == usual  # what networks.py does


def experiment_of(name: str) -> Callable[[Settings], Experiment]:
    made: Callable[[Settings], Experiment] = import_module(f"resnet_viz.lab.questions.{name}").experiment
    return made


def shortened(name: str) -> Callable[[Settings], Experiment]:
    def experiment(settings: Settings) -> Experiment:
        spec = experiment_of(name)(settings)
        train = spec.run.train.but(steps=FEW_STEPS, evaluate_every=FEW_STEPS)
        return spec.but(run=spec.run.but(train=train))

    return experiment


@pytest.mark.parametrize(
    ("name", "settings"), CASES, ids=["-".join(map(str, (n, *s.values()))) for n, s in CASES]
)
def test_a_script_gives_the_numbers_of_the_app(
    name: str, settings: dict[str, Any], programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = untrained_pair(tmp_path, depth=20)
    monkeypatch.setattr(answers, "subjects", lambda *_, with_path: Subjects((pair,)))
    question = QUESTIONS[name]
    asked = asking(question, settings=settings)
    networks = () if question.needs != "pair" else pair[1:] if question.residual_only else pair
    if question.needs == "training":
        monkeypatch.setattr(f"resnet_viz.lab.measures.{name}.experiment", shortened(name))
    result = answer(name, tmp_path, networks, **settings)
    printed = ran(programs, asked, tmp_path)
    if question.needs == "training":
        assert_same_trainings(printed, result)
    else:
        assert_same_numbers(printed, result)


def test_identity_blocks_are_those_of_networks_without_norms_too(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = untrained_pair(tmp_path, depth=20, norm="none")
    monkeypatch.setattr(answers, "subjects", lambda *_, with_path: Subjects((pair,)))
    settings = SETTINGS["identity_blocks"][0]
    asked = asking(QUESTIONS["identity_blocks"], settings=settings)
    assert_same_numbers(ran(programs, asked, tmp_path), answer("identity_blocks", tmp_path, pair, **settings))


@pytest.mark.parametrize(("count", "most"), [(2000, 256 + 320), (100, 100)])
def test_only_the_images_that_are_looked_at_lie_beside_the_script(
    count: int, most: int, programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten steps of 32 images draw some of a larger set, and all of one that they go through repeatedly."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count + 250, 3, 32, 32), np.uint8)
    labels = np.arange(count + 250, dtype=np.uint8) % 10
    cifar = SOURCES["cifar10"].kept_path(tmp_path / "data")
    cifar.parent.mkdir(parents=True)
    write_arrays(Arrays(images[250:], labels[250:], images[:250], labels[:250]), cifar, compress=False)
    pair = untrained_pair(tmp_path, data={"dataset": "cifar10"})
    monkeypatch.setattr(answers, "subjects", lambda *_, with_path: Subjects((pair,)))
    settings = {"images": 250, "seeds": 1}
    asked = asking(QUESTIONS["identity_blocks"], settings=settings)
    made = take_away(None, asked, tmp_path / "data").arrays()  # type: ignore[arg-type]
    assert len(made["train_images"]) == len(made["train_labels"]) <= most
    assert_same_numbers(
        ran(programs, asked, tmp_path / "data"), answer("identity_blocks", tmp_path, pair, **settings)
    )


def assert_same_numbers(printed: dict[str, Any], result: Frame) -> None:
    """All arrays, and what else is printed that the answer has among its values."""
    for family, bend in result.values.get("eigenvalue", {}).items():
        assert printed[f"eigenvalue_{family}"] == pytest.approx(bend, rel=1e-3)
    for key in printed.keys() & result.values.keys() - ROUNDING:
        assert printed[key] == pytest.approx(result.values[key], rel=2e-4), key
    for key, values in result.arrays.items():
        if key not in OPEN:
            found = np.array(printed[key], np.float64)
            expected = values[::2] if key == "parameters" else values
            np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-6, err_msg=key)


def assert_same_trainings(printed: dict[str, Any], result: Frame) -> None:
    """To the bit."""
    trainings = unpacked(result)
    mine = dict(zip(trainings.spec.families, printed.values(), strict=True))
    for found in trainings.histories:
        run = mine[found.family][found.seed]
        np.testing.assert_array_equal(run["losses"], found.series["train/loss"].value)
        assert len(run["losses"]) == FEW_STEPS or not isfinite(run["losses"][-1])
        if "test/accuracy" in found.series:
            assert run["accuracy"] == found.series["test/accuracy"].value[-1]
        if scales := run.get("scales"):
            assert scales == found.profiles[SCALE].value[-1].tolist()
        if gradients := run.get("gradients"):
            assert np.float32(gradients).tolist() == found.profiles[GRADIENT].value[0].tolist()


def test_networks_that_no_script_has_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.safetensors"
    spec = tiny()
    write_weights(path, spec.but(network=spec.network.but(block="preactivation")), 0, seed=0)
    one = {"family": "residual", "model": f"file:{path}"}
    monkeypatch.setattr(answers, "subjects", lambda *_, with_path: Subjects(((one, one),)))
    with pytest.raises(InvalidSetting, match="basic blocks"):
        take_away(None, asking(QUESTIONS["lesion"]), tmp_path)  # type: ignore[arg-type]
