"""What can be asked for: the same sentence for the same wrong value, the same digest for the same spec."""

import itertools
import json

import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.networks.families import without_shortcuts
from resnet_viz.specs import (
    DataShape,
    NetworkSpec,
    RunSpec,
    TrainSpec,
)


@pytest.mark.parametrize("race", [preset.spec for preset in RACE.presets.values()], ids=list(RACE.presets))
def test_specs_survive_json(race: Experiment) -> None:
    again = Experiment.from_json(race.to_json())
    assert again == race
    assert again.digest() == race.digest()


def test_older_json_that_has_the_shape_of_the_data_in_its_network_is_read() -> None:
    """Files, recordings and links of earlier versions; nothing else that is unknown is let through."""
    old = {"depth": 20, "in_channels": 1, "image_px": 14, "classes": 10}
    for text in (json.dumps({"network": old}), json.dumps({"network": {"depth": 20}})):
        assert RunSpec.from_json(text).digest() == RunSpec(network=NetworkSpec(depth=20)).digest()
    assert Experiment.from_json(json.dumps({"run": {"network": old}})).depths == (20,)
    with pytest.raises(InvalidSetting, match="no setting named image_size"):
        NetworkSpec.checked(image_size=14)


@pytest.mark.parametrize(
    ("field", "value"), [("channels", 0), ("channels", 5), ("px", 7), ("px", 257), ("classes", 1)]
)
def test_no_network_is_built_for_data_of_an_impossible_shape(field: str, value: int) -> None:
    with pytest.raises(InvalidSetting) as refused:
        DataShape.checked(**{"channels": 3, "px": 32, "classes": 10} | {field: value})
    assert refused.value.field == field


def test_every_setting_changes_the_digest() -> None:
    start = RunSpec()
    others = [
        start.but(network=NetworkSpec(depth=20)),
        start.but(network=without_shortcuts(NetworkSpec())),
        start.but(train=TrainSpec(seed=1)),
        start.but(train=TrainSpec(learning_rate=0.2)),
    ]
    digests = [spec.digest() for spec in (start, *others)]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"depth": "deep"}, "Depth must be a whole number, not deep"),
        ({"block": "dense"}, "Block must be one of 'basic'"),
        ({"width": 0}, "Width of the first stage must be at least 1, not 0"),
        ({"with": 3}, "no setting named with"),
        ({"init": "zero-last-norm", "norm": "none"}, "needs a normalisation"),
        ({"init": "zero-last-norm", "shortcut": "none"}, "cannot learn"),
    ],
)
def test_refusals_are_one_sentence(values: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidSetting, match=words) as refused:
        NetworkSpec.checked(**values)
    assert str(refused.value).count("\n") == 0
    assert str(refused.value).endswith(".")


def test_not_a_number_is_no_learning_rate() -> None:
    with pytest.raises(InvalidSetting, match="Learning rate must be a number, not nan"):
        TrainSpec.checked(learning_rate=float("nan"))


def test_json_from_elsewhere_is_refused() -> None:
    for text in ("", "{", "[]", '{"network": 3}', '{"network": {"depth": 21}}', '{"extra": 1}'):
        with pytest.raises(InvalidSetting):
            RunSpec.from_json(text)


def test_a_race_has_a_plain_and_a_residual_member_per_seed() -> None:
    race = Experiment(run=RunSpec(train=TrainSpec(seed=5)), seeds=3)
    members = race.runs()
    assert [(m.network.role, m.train.seed) for m in members] == list(
        itertools.product(("plain", "residual"), [5])
    ) + list(itertools.product(("plain", "residual"), [6])) + list(
        itertools.product(("plain", "residual"), [7])
    )
    plain, residual = members[:2]
    assert plain.network.but(shortcut="identity") == residual.network
    assert (plain.data, plain.train) == (residual.data, residual.train)


def test_a_race_needs_a_shortcut() -> None:
    with pytest.raises(InvalidSetting, match="race compares"):
        RACE.with_all(RACE.default, {"shortcut": "none"})


def test_the_warm_up_must_end_before_the_training() -> None:
    with pytest.raises(InvalidSetting, match="leaves nothing"):
        TrainSpec.checked(steps=10, warmup_steps=10)
