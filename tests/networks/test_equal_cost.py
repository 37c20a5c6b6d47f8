"""Networks of equal cost: their width is chosen, within 10 % or not at all, and said."""

import pytest

from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.findings.cost_words import cost_sentences
from resnet_viz.locale import set_language
from resnet_viz.networks.describe import describe
from resnet_viz.networks.families import multiply_adds
from resnet_viz.specs import NetworkSpec

ALL_FAMILIES = ("plain", "residual", "resnext", "densenet", "densenet-bc", "vgg", "alexnet", "cnn")


def race(families: tuple[str, ...], depth: int = 20, width: int = 16, **more: object) -> Experiment:
    start = RACE.start("degradation").run
    run = start.but(network=start.network.but(width=width))
    return Experiment.checked(run=run, families=families, depths=(depth,), equal_cost=True, **more)


def networks(spec: Experiment) -> dict[str, NetworkSpec]:
    return {name: spec.network(name, spec.depths_of(name)[0]) for name in spec.families}


def test_every_family_comes_within_a_tenth_of_the_plain_network() -> None:
    """Counted on the networks themselves, which know nothing of what was chosen."""
    spec = race(ALL_FAMILIES)
    built = networks(spec)
    target = describe(built["plain"], shape_of(spec.run.data)).multiply_adds
    for name, network in built.items():
        cost = describe(network, shape_of(spec.run.data)).multiply_adds
        assert abs(cost - target) <= 0.1 * target, name
    assert built["plain"].width == built["residual"].width == 16
    assert {cell.run.network for cell in spec.cells()} == set(built.values())


@pytest.mark.parametrize("family", ["vgg", "densenet", "cnn", "alexnet"])
def test_no_other_width_is_nearer(family: str) -> None:
    """All widths tried one by one, where the recipe's own is not within a tenth already."""
    spec = race(("residual", family), depth=26)
    network, shape = networks(spec)[family], shape_of(spec.run.data)
    target = multiply_adds(networks(spec)["residual"], shape)
    field = "growth" if family == "densenet" else "width"
    costs = {n: abs(multiply_adds(network.but(**{field: n}), shape) - target) for n in range(1, 200)}
    own = 12 if family == "densenet" else 16
    if costs[own] <= 0.1 * target:
        assert getattr(network, field) == own
    else:
        assert costs[getattr(network, field)] == min(costs.values())


@pytest.mark.parametrize("order", [("plain", "vgg"), ("vgg", "plain"), ("vgg", "residual", "cnn")])
def test_plain_and_residual_decide_wherever_they_stand(order: tuple[str, ...]) -> None:
    spec = race(order)
    assert spec.reference in ("plain", "residual")
    assert networks(spec)[spec.reference].width == 16
    assert networks(spec)["vgg"].width == 19


def test_without_either_the_first_type_decides() -> None:
    spec = race(("vgg", "densenet"), depth=19)
    assert networks(spec)["vgg"].width == 16
    assert networks(spec)["densenet"].growth != 12


def test_twins_stay_twins_whatever_their_shortcuts_cost() -> None:
    """A projection or a gate in each block is no reason to be narrower than the plain network."""
    variants = (
        "residual+all-projection",
        "residual+exclusive-gate",
        "residual+bottleneck",
        "plain+bottleneck",
    )
    spec = race(("plain", *variants), width=64)
    built = networks(spec)
    assert {built[name].width for name in ("plain", *variants[:2])} == {64}
    assert built["plain+bottleneck"].width == built["residual+bottleneck"].width != 64
    assert spec.twins() == (
        ("plain", "residual+all-projection"),
        ("plain", "residual+exclusive-gate"),
        ("plain+bottleneck", "residual+bottleneck"),
    )


def test_stochastic_depth_has_no_twin() -> None:
    """Its training loss is that of networks with blocks left out."""
    spec = Experiment(
        families=("plain", "residual", "residual+stochastic-depth", "residual+dropout-shortcut")
    )
    assert spec.twins() == (("plain", "residual"), ("plain", "residual+dropout-shortcut"))


def test_what_cannot_cost_the_same_is_refused_with_the_nearest() -> None:
    with pytest.raises(InvalidSetting) as refused:
        race(("plain", "densenet"), width=8)
    assert (refused.value.code, refused.value.field) == ("no_equal_cost", "equal_cost")
    assert str(refused.value) == (
        "densenet-19 does not come within 10% of the 2.12·10⁶ multiply-adds of plain-20: the nearest, with "
        "growth 4, has 1.86·10⁶. Choose another depth, or allow different costs."
    )


def test_a_width_that_was_asked_for_stays_or_is_refused() -> None:
    assert networks(race(("plain", "vgg+width=19")))["vgg+width=19"].width == 19
    with pytest.raises(InvalidSetting, match=r"vgg-19\+width=8 does not come within 10%.* width 8,"):
        race(("plain", "vgg+width=8"))


def test_a_sweep_chooses_at_every_depth() -> None:
    spec = SWEEP.start("quick")
    spec = spec.but(
        run=spec.run.but(network=spec.run.network.but(width=16)),
        families=("residual", "cnn", "vgg"),
        depths=(14, 20, 32),
        equal_cost=True,
    )
    shape = shape_of(spec.run.data)
    for name in spec.families:
        for depth in spec.depths_of(name):
            near = min(spec.depths_of("residual"), key=lambda known: abs(known - depth))
            target = multiply_adds(spec.network("residual", near), shape)
            assert multiply_adds(spec.network(name, depth), shape) == pytest.approx(target, rel=0.1)
    assert {cell.run.network.width for cell in spec.cells() if cell.family == "residual"} == {16}


def test_the_chosen_widths_are_said_in_both_languages() -> None:
    spec = race(("residual", "densenet", "vgg"))
    (said,) = cost_sentences(spec)
    assert str(said) == (
        "The widths were chosen so that all networks have as many multiply-adds per image as residual, "
        "within 10%: Residual 20: width 16, 8.47·10⁶; DenseNet 19: growth rate 11, 8.91·10⁶; VGG 19: "
        "width 19, 8.28·10⁶."
    )
    set_language("zh")
    assert "DenseNet 19：增长率 11，8.91·10⁶" in str(said)
    assert list(cost_sentences(spec.but(equal_cost=False))) == []


def test_of_several_depths_each_width_is_said_once() -> None:
    spec = race(("residual", "vgg", "cnn")).but(depths=(14, 20, 32))
    (said,) = cost_sentences(spec)
    assert "Residual: width 16 at every depth" in str(said)
    assert "CNN: width 16 at every depth" in str(said)
    assert "VGG: width 21 at depth 13, width " in str(said)


def test_an_experiment_that_does_not_ask_for_it_is_written_as_ever() -> None:
    """Digests of recorded experiments stay."""
    assert "equal_cost" not in Experiment().to_json()
    asked = race(("plain", "vgg"))
    assert Experiment.from_json(asked.to_json()) == asked


def test_a_link_may_change_all_of_an_equal_cost_preset_at_once() -> None:
    """Depth 26 and width 8 are possible together; each alone with what the preset has is not."""
    link = {"preset": "equal-cost", "families": "residual,densenet", "width": "8", "depth": "26"}
    _preset, spec, notices = RACE.from_link(link)
    assert notices == []
    assert (spec.run.network.width, spec.depths, spec.equal_cost) == (8, (26,), True)
    assert RACE.from_link(RACE.to_link("equal-cost", spec)) == ("equal-cost", spec, [])
    off = RACE.from_link({"preset": "equal-cost", "equal_cost": "no"})[1]
    assert not off.equal_cost
    assert networks(off)["vgg"].width == 16
