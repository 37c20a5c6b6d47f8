"""Every family in the table, whichever it is: it can be built, trained, looked into, counted and exported."""

import itertools
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from resnet_viz.errors import InvalidSetting
from resnet_viz.figures.families import PALETTE
from resnet_viz.networks.adding_block import LearnedScale
from resnet_viz.networks.describe import describe
from resnet_viz.networks.families import (
    FAMILIES,
    OFFERED,
    ROLES,
    multiply_adds,
    nearest_depth,
    network_type,
    possible_depths,
    without_shortcuts,
)
from resnet_viz.networks.initialise import init_digest
from resnet_viz.networks.registry import build
from resnet_viz.networks.source import source_of
from resnet_viz.specs import DataShape, NetworkSpec
from tests.networks.shapes import images

BASE = NetworkSpec(width=4)
SHAPES = [DataShape(channels=c, px=px, classes=10) for c, px in itertools.product((1, 3), (14, 28, 32, 64))]
OTHER = {
    "width": 3,
    "branch_scale": 0.5,
    "skip_span": 3,
    "cardinality": 2,
    "base_width": 3,
    "growth": 3,
    "compression": 0.7,
    "shortcut_scale": 0.3,
    "shortcut_dropout": 0.2,
    "survival": 0.7,
}
"""Of settings that are written with their value another one than the default."""


def possible(name: str) -> bool:
    try:
        return network_type(name).name == name
    except InvalidSetting:
        return False


NAMES = [
    name
    for role in ROLES
    for own in (network_type(role).family,)
    for name in (
        role,
        *(f"{role}+{word}" for word in own.words),
        *(f"{role}+{field}={OTHER[field]}" for field in own.fields if field in OTHER),
    )
    if possible(name)
] + ["residual+shortcut-gate+gate_bias=0", "residual+preactivation-bottleneck+exclusive-gate"]
"""Every role, alone, with each word that it can have, and with each field at another value."""


def small(name: str, typical: bool = False) -> NetworkSpec:
    """The smallest network of a type, or the next but one."""
    kind = network_type(name)
    legal = kind.depths(BASE).legal
    return kind.network(BASE, legal[min(2 if typical else 0, len(legal) - 1)])


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        pytest.param(name, shape, id=f"{name}-{shape.channels}x{shape.px}")
        for name in NAMES
        for shape in (SHAPES if name in ROLES else SHAPES[:1])
    ],
)
def test_every_type_learns_from_images_of_every_shape(name: str, shape: DataShape) -> None:
    """Logits for each image, and a gradient that is not zero for every parameter."""
    network = build(small(name), shape, 0)
    for scale in network.modules():
        if isinstance(scale, LearnedScale):
            scale.weight.data.fill_(0.1)  # as after the first step: at 0 nothing reaches the blocks
    logits = network(images(shape))
    assert logits.shape == (4, shape.classes)
    functional.cross_entropy(logits, torch.arange(4)).backward()
    without = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert without == []


@pytest.mark.parametrize("typical", [False, True], ids=["smallest", "typical"])
@pytest.mark.parametrize("name", NAMES)
def test_taps_follow_the_forward_pass_and_count_the_depth(name: str, typical: bool) -> None:
    """Positions count the layers; convolutions have a response; the first is the stem, the last the head."""
    spec, shape = small(name, typical), SHAPES[0]
    network = build(spec, shape, 0)
    assert (network.spec, network.shape) == (spec, shape)
    fired: list[str] = []
    for tap in network.taps:
        network.get_submodule(tap.name).register_forward_hook(lambda *_, name=tap.name: fired.append(name))
    network(images(shape))
    assert fired == [tap.name for tap in network.taps]
    weighted = [tap for tap in network.taps if tap.kind in ("stem", "conv", "head")]
    assert [tap.position for tap in weighted] == list(range(1, FAMILIES[spec.family].layers(spec) + 1))
    assert (weighted[0].kind, weighted[-1].kind) == ("stem", "head")
    for tap in weighted[:-1]:
        assert tap.response
        network.get_submodule(tap.response)


@pytest.mark.parametrize("name", NAMES)
def test_no_layer_works_in_place(name: str) -> None:
    """Whoever listens sees each tensor as it was when it came out."""
    network = build(small(name), SHAPES[0], 0).eval()
    kept: list[tuple[str, Tensor, Tensor]] = []
    for path, module in network.named_modules():
        if not list(module.children()):
            module.register_forward_hook(
                lambda _m, _i, output, path=path: kept.append((path, output, output.detach().clone()))
            )
    network(images(SHAPES[0]))
    assert kept
    assert [path for path, output, then in kept if not torch.equal(output, then)] == []


@pytest.mark.parametrize("typical", [False, True], ids=["smallest", "typical"])
@pytest.mark.parametrize("name", NAMES)
def test_the_counts_are_those_of_the_network(name: str, typical: bool) -> None:
    spec = small(name, typical)
    for shape in (SHAPES[0], DataShape(channels=3, px=27, classes=7)):
        counted = describe(spec, shape)
        assert counted.multiply_adds == multiply_adds(spec, shape)
        assert counted.parameters == sum(p.numel() for p in build(spec, shape, 0).parameters())
        weighted = [layer for layer in counted.layers if layer.kind in ("stem", "conv", "head")]
        assert len(weighted) == FAMILIES[spec.family].layers(spec)


@pytest.mark.parametrize("start", ["he", "pytorch", "zero-last-norm", "delta-orthogonal"])
@pytest.mark.parametrize("name", NAMES)
def test_every_start_is_drawn_from_the_seed_or_refused(name: str, start: Any) -> None:
    bare = small(name)
    if start not in FAMILIES[bare.family].starts:
        with pytest.raises(InvalidSetting) as refused:
            bare.but(init=start)
        assert (refused.value.code, refused.value.field) == ("family_lacks_start", "init")
        assert f"cannot start with “{start}”; they can with: he, pytorch" in str(refused.value)
        return
    if start == "zero-last-norm" and (
        bare.norm == "none" or bare.learned_scale or without_shortcuts(bare) == bare
    ):
        return  # refused by the family itself: see `test_specs`
    spec = bare.but(init=start)
    one, again, other = (build(spec, SHAPES[0], seed) for seed in (3, 3, 4))
    assert init_digest(one) == init_digest(again) != init_digest(other)
    assert all(value.isfinite().all() for value in one.state_dict().values())


@pytest.mark.parametrize("name", NAMES)
def test_the_exported_source_is_the_same_network(name: str) -> None:
    """Its state dictionary fits, and logits and gradients are the same to the bit."""
    spec, shape = small(name, typical=True), SHAPES[0]
    ours, source = build(spec, shape, 1), source_of(spec, shape)
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": functional}
    exec("from math import gcd\n" + source.code, names)
    assert "resnet_viz" not in source.code
    theirs = eval(source.made, names)
    theirs.load_state_dict(ours.state_dict())
    x = images(shape)
    torch.testing.assert_close(theirs(x), ours(x), rtol=0, atol=0)
    mine, others = (
        torch.autograd.grad(network(x).square().sum(), list(network.parameters()))
        for network in (ours, theirs)
    )
    for one, other in zip(mine, others, strict=True):
        torch.testing.assert_close(other, one, rtol=0, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_a_depth_that_does_not_exist_is_refused_and_the_nearest_are_named(name: str) -> None:
    kind = network_type(name)
    depths = kind.depths(BASE)
    legal = set(depths.legal)
    assert list(depths.legal) == sorted(legal)
    for depth in range(-1, 24):
        if depth in legal:
            assert kind.network(BASE, depth).depth == nearest_depth(small(name), depth) == depth
            continue
        with pytest.raises(InvalidSetting) as refused:
            kind.network(BASE, depth)
        assert (refused.value.code, refused.value.field) == ("illegal_depth", "depth")
        below = [str(one) for one in legal if one < depth]
        above = [str(one) for one in legal if one > depth]
        nearest = [max(below, key=int)] if below else []
        nearest += [min(above, key=int)] if above else []
        assert str(refused.value).endswith(f"Nearest: {', '.join(nearest)}.")
        assert depths.rule in str(refused.value)
        assert str(nearest_depth(small(name), depth)) in nearest


@pytest.mark.parametrize("name", FAMILIES)
def test_words_set_what_the_family_has_and_each_something_else(name: str) -> None:
    own = FAMILIES[name]
    assert own.name == name
    settings = set(NetworkSpec.model_fields) - {"family", "depth"}
    assert set(own.fields) <= settings
    assert {field for field, _value in own.words.values()} <= set(own.fields)
    assert len(set(own.words.values())) == len(own.words)
    assert own.roles[0].decides <= set(own.fields)


def test_roles_and_families_are_told_apart() -> None:
    """One name for one role, of whatever family; no two with the same title or look."""
    roles = [role for own in FAMILIES.values() for role in own.roles]
    for values in (
        [role.name for role in roles],
        [role.title for role in roles],
        [role.inside for role in roles],
        [role.look for role in roles],
        [role.look.colour for role in roles],
    ):
        assert len(set(values)) == len(values)
    assert {role.look.colour for role in roles} <= PALETTE.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_network_of_a_type_is_known_by_it(name: str) -> None:
    spec = small(name)
    assert network_type(name).name == name
    assert spec.role == network_type(name).role
    assert NetworkSpec.from_json(spec.to_json()) == spec
    for other in map(small, ROLES):  # whatever the recipe was for
        built = network_type(name).network(other, spec.depth)
        common = set(FAMILIES[spec.family].fields) & {"family", "depth", *FAMILIES[other.family].fields}
        assert built.role == spec.role
        assert {getattr(built, field) == getattr(spec, field) for field in common} == {True}


@pytest.mark.parametrize("name", NAMES)
def test_without_its_shortcuts_a_network_is_its_twin_and_starts_the_same(name: str) -> None:
    spec = small(name)
    bare = without_shortcuts(spec)
    assert without_shortcuts(bare) == bare
    assert NetworkSpec.from_json(bare.to_json()) == bare
    assert init_digest(build(bare, SHAPES[0], 3)) == init_digest(build(spec, SHAPES[0], 3))


def test_what_a_family_lacks_is_refused_and_not_passed_over() -> None:
    for name, own in FAMILIES.items():
        spec = small(own.roles[0].name)
        changed: dict[str, Any] = {
            "block": "bottleneck",
            "shortcut": "projection",
            "norm": "group",
            "gate": "exclusive",
            "gate_bias": 0,
            **OTHER,
        }
        for field in changed.keys() - set(own.fields):
            with pytest.raises(InvalidSetting) as refused:
                spec.but(**{field: changed[field]})
            assert (refused.value.code, refused.value.field) == ("family_lacks_setting", field), name


def test_forms_offer_types_that_have_depths_in_common() -> None:
    assert len(set(OFFERED)) == len(OFFERED)
    assert all(network_type(name).name == name for name in OFFERED)
    assert {network_type(name).role for name in OFFERED} == ROLES.keys()
    assert possible_depths(OFFERED, BASE)


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(InvalidSetting, match=r"must be one of resnet.*, not transformer") as refused:
        NetworkSpec.checked(family="transformer")
    assert refused.value.field == "family"
