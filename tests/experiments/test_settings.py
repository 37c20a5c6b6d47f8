"""The table of settings against the specs: nothing is left out, and only what is legal can be chosen."""

from typing import Any, get_args

import pytest

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.settings import GROUPS, RACE_SETTINGS, SWEEP_SETTINGS, Setting
from resnet_viz.specs import DataSpec, NetworkSpec, TrainSpec

SPECS: dict[str, Any] = {"network": NetworkSpec, "data": DataSpec, "train": TrainSpec}
OF_FAMILIES = (
    "branch_scale",
    "learned_scale",
    "skip_span",
    "shortcut_scale",
    "gate",
    "gate_bias",
    "shortcut_dropout",
    "survival",
    "activation",
    "cardinality",
    "base_width",
    "growth",
    "compression",
)
ALL = [*RACE_SETTINGS.values(), *(SWEEP_SETTINGS[name] for name in ("depths",))]


def test_every_field_of_a_run_can_be_set() -> None:
    fields = {(part, name) for part, spec in SPECS.items() for name in spec.model_fields} - {
        # Network types say which family they are of, and how its own fields are set; an
        # experiment has depths of its own.
        *(("network", name) for name in ("family", "depth", *OF_FAMILIES))
    }
    race = {(setting.part, setting.field) for setting in RACE_SETTINGS.values()}
    sweep = {(setting.part, setting.field) for setting in SWEEP_SETTINGS.values()}
    assert race == fields | {("experiment", name) for name in ("seeds", "families", "depths", "equal_cost")}
    # Families say which shortcut they have.
    own = {("experiment", name) for name in Experiment.model_fields.keys() - {"run"}}
    assert sweep == fields - {("network", "shortcut")} | own


@pytest.mark.parametrize("setting", [s for s in ALL if s.texts], ids=lambda setting: setting.name)
def test_the_choices_are_those_of_the_specs(setting: Setting) -> None:
    legal = get_args(SPECS[setting.part].model_fields[setting.field].annotation)
    assert [*setting.texts] == [value for value in legal if (setting.name, value) != ("shortcut", "none")]


def test_limits_are_those_of_the_specs() -> None:
    limits = {name: setting.limits for name, setting in RACE_SETTINGS.items()}
    expected = {
        "width": (1, 512),
        "lr": (0, 100),
        "momentum": (0, 1),
        "images": (10, 1_000_000),
        "seeds": (1, Experiment.MAX_SEEDS),
        "block": None,
    }
    assert {name: limits[name] for name in expected} == expected


def test_everything_but_what_stands_above_has_its_group() -> None:
    apart = {setting.name for setting in (*ALL, *SWEEP_SETTINGS.values()) if setting.group not in GROUPS}
    assert apart == {"depth", "depths", "families", "seeds"}
    for setting in ALL:
        if setting.name == "families" or setting.kind is bool:
            continue
        bounded = setting.limits is not None
        assert bool(setting.texts) + bounded == 1 or not setting.group, setting.name
