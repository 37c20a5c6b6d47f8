"""Links: short, read back exactly, and never able to ask for what cannot be built."""

from typing import Any

import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.kinds import RACE, SWEEP, Kind
from resnet_viz.experiments.presets import CUSTOM
from resnet_viz.networks.families import possible_depths

RACE_START = RACE.start("degradation")
QUICK = SWEEP.start("quick")
OTHER: dict[str, Any] = {
    "width": 4,
    "block": "bottleneck",
    "depth": 56,
    "shortcut": "projection",
    "norm": "group",
    "init": "pytorch",
    "data": "cifar10",
    "images": 500,
    "resolution": 8,
    "augmentation": "crop",
    "steps": 20,
    "batch": 32,
    "optimizer": "adam",
    "lr": 0.012345678,
    "momentum": 0.5,
    "decay": 0.001,
    "schedule": "cosine",
    "warmup": 5,
    "precision": "bfloat16",
    "device": "cpu",
    "evaluate": 7,
    "probe": 3,
    "seed": 11,
    "seeds": 3,
    "families": ("residual+projection", "plain"),
    "depths": (8, 146),
    "equal_cost": True,
}
EACH = [(kind, name) for kind in (RACE, SWEEP) for name in kind.settings]
PRESETS = [(kind, preset) for kind in (RACE, SWEEP) for preset in kind.presets]


@pytest.mark.parametrize(("kind", "preset"), PRESETS)
def test_a_preset_needs_at_most_its_name(kind: Kind, preset: str) -> None:
    link = kind.to_link(preset, kind.start(preset))
    assert link in ({}, {"preset": preset})
    assert kind.from_link(link) == (preset, kind.start(preset), [])


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_every_setting_survives_the_link(kind: Kind, name: str) -> None:
    start = kind.start(kind.default)
    spec = kind.put(start, name, OTHER[name])
    assert kind.settings[name].of(spec) == OTHER[name] != kind.settings[name].of(start)
    link = kind.to_link(kind.default, spec)
    assert name in link
    assert kind.from_link(link) == (kind.default, spec, [])


@pytest.mark.parametrize("kind", [RACE, SWEEP])
def test_all_settings_at_once_survive_the_link(kind: Kind) -> None:
    values = {name: OTHER[name] for name in kind.settings} | {"depth": 56, "depths": (56, 146)}
    spec = kind.with_all(kind.default, {name: values[name] for name in kind.settings})
    assert {name: setting.of(spec) for name, setting in kind.settings.items()} == {
        name: values[name] for name in kind.settings
    }
    assert kind.from_link(kind.to_link(kind.default, spec))[1:] == (spec, [])


@pytest.mark.parametrize(
    "link",
    [
        {"depth": "56", "lr": "0.01", "seeds": "3"},
        {"preset": "vanishing", "images": "500", "resolution": "all"},
        {"preset": CUSTOM, "block": "bottleneck", "depth": "29", "width": "4"},
        {"block": "preactivation-bottleneck", "depth": "56"},
        {"preset": "vanishing", "norm": "group", "init": "zero-last-norm"},
        {"steps": "20", "warmup": "5", "schedule": "one-cycle", "optimizer": "adam", "lr": "0.001"},
    ],
)
def test_a_link_is_read_back_as_it_was_written(link: dict[str, str]) -> None:
    preset, race, notices = RACE.from_link(link)
    assert notices == []
    assert RACE.to_link(preset, race) == link
    assert RACE.from_link(RACE.to_link(preset, race)) == (preset, race, [])


@pytest.mark.parametrize(
    ("kind", "link", "says"),
    [
        (RACE, {"depth": "21"}, "20, 26"),
        (RACE, {"depth": "999999999"}, "1202"),
        (RACE, {"width": "abc"}, "whole number"),
        (RACE, {"lr": "nan"}, "number"),
        (RACE, {"lr": "all"}, "number"),
        (RACE, {"steps": "-1"}, "at least 1"),
        (RACE, {"shortcut": "none"}, "with and without skip connections"),
        (RACE, {"block": "<b>"}, "basic"),
        (RACE, {"seeds": "11"}, "at most 10"),
        (RACE, {"families": "plain,residual,cnn,vgg,resnext,alexnet"}, "6 network types; at most 5"),
        (RACE, {"preset": "huge"}, "preset=huge"),
        (SWEEP, {"depths": "21"}, "20, 26"),
        (SWEEP, {"depths": "8;14"}, "whole numbers"),
        (SWEEP, {"families": "plain,dense"}, "no network type dense"),
        (SWEEP, {"seeds": "11"}, "at most 10"),
        (SWEEP, {"steps": "many"}, "whole number"),
        (SWEEP, {"preset": "huge"}, "preset=huge"),
        (SWEEP, {"depths": ""}, "whole numbers"),
    ],
)
def test_an_illegal_value_falls_back_and_is_named(kind: Kind, link: dict[str, str], says: str) -> None:
    preset, spec, notices = kind.from_link(link)
    assert (preset, spec) == (kind.default, kind.start(kind.default))
    assert len(notices) == 1
    ((name, value),) = link.items()
    assert f"{name}={value}" in notices[0]
    assert says in notices[0]


def test_a_long_value_that_is_refused_is_shown_as_cut() -> None:
    types = "plain,residual,residual+projection,plain+no-norm,cnn,vgg"
    _preset, _race, (notice,) = RACE.from_link({"families": types})
    assert "families=plain,residual,residual+projection,plain…" in notice


def test_a_warm_up_is_weighed_against_the_steps_of_its_link() -> None:
    _preset, race, notices = RACE.from_link({"warmup": "10", "steps": "10"})
    assert (race.run.train.steps, race.run.train.warmup_steps, len(notices)) == (10, 0, 1)
    assert "shorter" in notices[0]


def test_one_illegal_value_does_not_spoil_the_others() -> None:
    _preset, race, notices = RACE.from_link({"preset": "nonsense", "depth": "56", "lr": "x", "width": "4"})
    assert (race.run.network.depth, race.run.network.width, len(notices)) == (56, 4, 2)


def test_depth_and_seeds_leave_a_preset_what_it_is() -> None:
    _preset, race, _notices = RACE.from_link({"depth": "56", "seeds": "2", "seed": "7", "width": "4"})
    assert [setting.name for setting in RACE.changed("degradation", race)] == ["width"]
    assert RACE.changed(CUSTOM, race) == []
    sweep = SWEEP.put(SWEEP.put(QUICK, "depths", (8, 56)), "seeds", 4)
    assert SWEEP.changed("quick", sweep) == []
    assert [setting.name for setting in SWEEP.changed("quick", SWEEP.put(sweep, "steps", 20))] == ["steps"]


def test_depths_may_be_a_range() -> None:
    assert SWEEP.from_link({"depths": "8-26,110"})[1].depths == (8, 14, 20, 26, 110)


def test_a_range_has_only_depths_that_all_families_have() -> None:
    link = {"families": "plain+bottleneck,residual", "depths": "8-60"}
    assert SWEEP.from_link(link)[1].depths == (20, 38, 56)


def test_a_plus_that_became_a_space_is_a_plus() -> None:
    families = SWEEP.from_link({"families": "plain,residual projection"})[1].families
    assert families == ("plain", "residual+projection")


def test_families_are_compared_with_the_recipe_of_their_link() -> None:
    """``residual`` is ``residual+batch`` in the preset, but not in what the link asks for."""
    link = {"norm": "group", "families": "residual+batch,residual"}
    assert SWEEP.from_link(link)[1:] == (
        SWEEP.with_all(
            "quick",
            {name: setting.of(QUICK) for name, setting in SWEEP.settings.items()}
            | {"norm": "group", "families": ("residual+batch", "residual")},
        ),
        [],
    )


def test_with_a_block_come_its_depths() -> None:
    assert RACE.put(RACE_START, "block", "bottleneck").run.network.depth == 29
    sweep = SWEEP.put(QUICK, "families", ("plain+bottleneck", "residual+bottleneck"))
    assert set(sweep.depths) <= set(possible_depths(sweep.families, sweep.run.network))
    assert sweep.depths[0] == 11


def test_an_unknown_preset_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidSetting, match="degradation, vanishing, shallow"):
        RACE.start("fast")
