"""Settings of a sweep in the link: everything that can be asked for is read back."""

import pytest

from resnet_viz.sweeps import SWEEP_PRESETS
from resnet_viz.ui.depth_link import SETTINGS, changed_settings, depths_of, from_link, preset_of, put, to_link

QUICK = SWEEP_PRESETS["quick"].sweep
OTHER = {
    "block": "bottleneck",
    "families": ("residual+projection", "plain"),
    "depths": (8, 146),
    "seeds": 3,
    "width": 4,
    "norm": "group",
    "init": "pytorch",
    "data": "cifar10",
    "images": 500,
    "resolution": 8,
    "augmentation": "crop",
    "steps": 20,
    "batch": 32,
    "optimizer": "adam",
    "lr": 0.05,
    "momentum": 0.5,
    "decay": 0.001,
    "schedule": "cosine",
    "warmup": 5,
    "precision": "bfloat16",
    "device": "cpu",
    "evaluate": 7,
    "probe": 3,
    "seed": 11,
}


@pytest.mark.parametrize("preset", SWEEP_PRESETS)
def test_a_preset_alone_is_a_short_link(preset: str) -> None:
    sweep = SWEEP_PRESETS[preset].sweep
    assert len(to_link(preset, sweep)) <= 1
    assert from_link(to_link(preset, sweep)) == (preset, sweep, [])
    assert preset_of(sweep) == preset


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_survives_the_link(name: str) -> None:
    sweep = put(QUICK, name, OTHER[name])
    assert sweep != QUICK
    link = to_link("quick", sweep)
    assert name in link
    assert from_link(link) == ("quick", sweep, [])


def test_depths_may_be_a_range() -> None:
    assert from_link({"depths": "8-26,110"})[1].depths == (8, 14, 20, 26, 110)


def test_a_range_has_only_depths_that_all_families_have() -> None:
    link = {"families": "plain+bottleneck,residual", "depths": "8-60"}
    assert from_link(link)[1].depths == (20, 38, 56)


def test_a_plus_that_became_a_space_is_a_plus() -> None:
    assert from_link({"families": "plain,residual projection"})[1].families == (
        "plain",
        "residual+projection",
    )


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"depths": "21"}, "20, 26"),
        ({"depths": "8;14"}, "whole numbers"),
        ({"families": "plain,dense"}, "no family dense"),
        ({"seeds": "11"}, "at most 10"),
        ({"steps": "many"}, "whole number"),
        ({"preset": "huge"}, "preset=huge"),
        ({"depths": ""}, "depths"),
    ],
)
def test_what_cannot_be_had_falls_back_and_is_named(link: dict[str, str], said: str) -> None:
    preset, sweep, notices = from_link(link)
    assert (preset, sweep) == ("quick", QUICK)
    assert len(notices) == 1
    assert said in notices[0]


def test_with_a_block_come_its_depths() -> None:
    sweep = put(QUICK, "families", ("plain+bottleneck", "residual+bottleneck"))
    assert set(sweep.depths) <= set(depths_of(sweep.families, sweep.run.network))
    assert sweep.depths[0] == 11


def test_depths_and_seeds_leave_a_preset_what_it_is() -> None:
    sweep = put(put(QUICK, "depths", (8, 56)), "seeds", 4)
    assert changed_settings("quick", sweep) == []
    assert changed_settings("quick", put(sweep, "steps", 20)) == ["steps"]
