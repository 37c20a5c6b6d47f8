"""What a sweep may be: families in words, legal depths, cells in a known order."""

from typing import Any

import pytest

from resnet_viz.data.catalogue import check_data
from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.findings.published_curves import PUBLISHED
from resnet_viz.networks.families import network_type, without_shortcuts
from resnet_viz.specs import NetworkSpec, RunSpec
from tests.made.specs import sweep


@pytest.mark.parametrize(
    ("text", "name", "changes"),
    [
        ("plain", "plain", {"shortcut": "none"}),
        (" Residual ", "residual", {"shortcut": "identity"}),
        ("residual+projection", "residual+projection", {"shortcut": "projection"}),
        ("residual+batch+identity+basic", "residual+basic+identity+batch", {"shortcut": "identity"}),
        ("plain+no-norm", "plain+no-norm", {"shortcut": "none", "norm": "none"}),
        (
            "residual+group+preactivation-bottleneck",
            "residual+preactivation-bottleneck+group",
            {"block": "preactivation-bottleneck", "norm": "group"},
        ),
    ],
)
def test_a_family_is_a_role_and_what_differs(text: str, name: str, changes: dict[str, str]) -> None:
    found = network_type(text)
    assert found.name == name
    assert network_type(found.name) == found
    assert found.network(NetworkSpec(), 20) == NetworkSpec(depth=20).but(**changes)


@pytest.mark.parametrize(
    "text", ["", "transformer", "plain+projection", "residual+batch+group", "residual+", "resnet"]
)
def test_what_is_no_family_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        sweep(families=(text,))
    assert (refused.value.code, refused.value.field) == ("unknown_family", "families")
    assert "residual" in str(refused.value)


def test_residual_families_keep_the_recipe_s_shortcut() -> None:
    base = NetworkSpec(shortcut="projection")
    assert network_type("residual").network(base, 20).shortcut == "projection"
    assert network_type("residual").network(without_shortcuts(base), 20).shortcut == "identity"
    silent = NetworkSpec(init="zero-last-norm")
    assert network_type("plain").network(silent, 20).init == "he"
    assert network_type("residual").network(silent, 20).init == "zero-last-norm"


def test_cells_are_every_depth_family_and_seed() -> None:
    spec = sweep(depths=(20, 8, 20), seeds=2)
    assert spec.depths == (8, 20)
    cells = spec.cells()
    assert [(c.depth, c.family, c.seed) for c in cells] == [
        (depth, name, seed) for depth in (8, 20) for name in ("plain", "residual") for seed in (0, 1)
    ]
    assert len({cell.run.digest() for cell in cells}) == 8
    for cell in cells:
        assert (cell.run.network.depth, cell.run.train.seed) == (cell.depth, cell.seed)
        assert cell.run.network.role == cell.family
        assert cell.run.but(network=spec.run.network, train=spec.run.train) == spec.run
    assert Experiment.from_json(spec.to_json()) == spec


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"depths": (8, 21)}, "illegal_depth", "20, 26"),
        ({"families": ("plain", "residual+bottleneck"), "depths": (20, 26)}, "illegal_depth", "9n+2"),
        ({"families": ("residual", "residual+identity")}, "same_family_twice", "residual+identity"),
        ({"depths": ()}, "too_short", "Depths"),
        ({"families": ()}, "too_short", "Network types"),
        ({"seeds": 0}, "greater_than_equal", "at least 1"),
        ({"depths": tuple(range(8, 1202, 6)), "seeds": 3}, "too_many_cells", "1194"),
    ],
)
def test_impossible_sweeps_get_a_sentence(changes: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        sweep(**changes)
    assert refused.value.code == code
    assert words in str(refused.value)


def test_twins_differ_in_nothing_but_shortcuts() -> None:
    names = ("residual+bottleneck", "plain", "residual", "plain+bottleneck", "residual+projection")
    assert sweep(families=names, depths=(20,)).twins() == (
        ("plain", "residual"),
        ("plain", "residual+projection"),
        ("plain+bottleneck", "residual+bottleneck"),
    )
    assert sweep(families=("plain+no-norm", "residual")).twins() == ()


@pytest.mark.parametrize("name", SWEEP.presets)
def test_presets_fit_their_data(name: str) -> None:
    spec = SWEEP.presets[name].spec
    check_data(spec.run)
    assert spec.twins() == (("plain", "residual"),)
    assert len(spec.depths) >= 5


def test_the_quick_preset_shares_its_recipe_with_the_races() -> None:
    quick = SWEEP.presets["quick"].spec
    assert (min(quick.depths), max(quick.depths), quick.seeds) == (8, 44, 1)
    assert quick.run == RunSpec.from_json(
        SWEEP.presets["classroom"].spec.run.but(train=quick.run.train).to_json()
    )


def test_the_full_preset_is_the_paper_s_recipe() -> None:
    run = SWEEP.presets["full"].spec.run
    assert (run.data.dataset, run.data.augmentation, run.network.width) == ("cifar10", "crop-flip", 16)
    train = run.train
    assert (train.steps, train.batch_size, train.learning_rate) == (64_000, 128, 0.1)
    assert (train.momentum, train.weight_decay, train.schedule) == (0.9, 1e-4, "step")


def test_published_curves_say_where_they_stand() -> None:
    for curve in PUBLISHED:
        assert len(curve.depths) == len(curve.test_errors)
        assert "arXiv" in curve.source
        assert any(word in curve.source for word in ("table", "Table", "quote"))
        assert curve.is_quoted == ("Li et al." in curve.source)  # the others were checked
        assert "published" in curve.label
