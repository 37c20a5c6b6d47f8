"""Claims about what networks cost, checked by counting. Rules come from the numbers of the graphs alone."""

from collections.abc import Mapping
from math import prod
from typing import Final

from resnet_viz.architecture.graph import Architecture, Block
from resnet_viz.findings.claim import Claim, ClaimOutcome
from resnet_viz.locale import N_
from resnet_viz.networks.torchvision_catalogue import ZOO
from resnet_viz.wording import count, number, percent, sentence

PLAIN: Final = "plain-20"
OPTION_A: Final = "residual-20"
OPTION_B: Final = "residual-20+projection"
OPTION_C: Final = "residual-20+all-projection"
BOTTLENECK: Final = "residual-29+bottleneck"
ALL_PROJECTION: Final = "residual-29+bottleneck+all-projection"
RESNET34: Final = "torchvision:resnet34"
RESNET50: Final = "torchvision:resnet50"
RESNET152: Final = "torchvision:resnet152"
VGG16: Final = "torchvision:vgg16"
VGG19: Final = "torchvision:vgg19"
DENSENET121: Final = "torchvision:densenet121"

_HE: Final = "He et al. 2015, arXiv:1512.03385"
_SHARE: Final = 0.18
_SHARE_TOLERANCE: Final = 0.01
"""A point: the paper rounds to whole percent, and its networks differ from torchvision's in details."""
_DOUBLE: Final = (1.8, 2.2)
_EQUAL: Final = 0.01
"""Measured bytes that differ by less than this share are equal."""


def _told(holds: bool) -> ClaimOutcome:
    return ClaimOutcome.SUPPORTS if holds else ClaimOutcome.CONTRADICTS


def _billions(value: int) -> str:
    """As the paper writes it, to be compared at a glance."""
    return f"{number(value / 1e9)}·10⁹"


def shortcut_parameters(of: Mapping[str, Architecture]) -> Claim:
    """Option A adds none, B and C some."""
    plain = of[PLAIN].parameters
    a, b, c = (of[name].parameters - plain for name in (OPTION_A, OPTION_B, OPTION_C))
    return Claim(
        "shortcut_parameters",
        sentence(N_("Shortcuts of option A add no parameters; options B and C add some.")),
        sentence(
            N_("20 layers: {plain} parameters without shortcuts; option A adds {a}, B {b}, C {c}."),
            plain=count(plain),
            a=count(a),
            b=count(b),
            c=count(c),
        ),
        _told(a == 0 and 0 < b < c),
        sentence(N_("Option A adds none: 0.27 million parameters at 20 layers.")),
        f"{_HE}, §3.3, Table 6",
    )


def equal_multiply_adds(of: Mapping[str, Architecture]) -> Claim:
    """Plain and residual cost the same apart from the additions."""
    plain, residual = of[PLAIN], of[OPTION_A]
    additions = [one for one in residual.operations if one.kind == "add"]
    return Claim(
        "equal_multiply_adds",
        sentence(N_("A plain and a residual network have equal multiply-adds, apart from the additions.")),
        sentence(
            N_(
                "20 layers: {plain} multiply-adds plain, {residual} residual; its {additions} additions are "
                "{sums} sums on top, {share} of that."
            ),
            plain=count(plain.multiply_adds),
            residual=count(residual.multiply_adds),
            additions=len(additions),
            sums=count(sums := sum(prod(one.output_shape) for one in additions)),
            share=percent(sums / residual.multiply_adds),
        ),
        _told(plain.multiply_adds == residual.multiply_adds and bool(additions)),
    )


def resnet34_of_vgg19(of: Mapping[str, Architecture]) -> Claim:
    """18 %, as both are defined in torchvision."""
    small, large = of[RESNET34].multiply_adds, of[VGG19].multiply_adds
    return Claim(
        "resnet34_of_vgg19",
        sentence(N_("ResNet-34 needs 18% of the multiply-adds of VGG-19.")),
        sentence(
            N_("{share}: {small} against {large} multiply-adds for one image of 224 pixels."),
            share=percent(small / large),
            small=_billions(small),
            large=_billions(large),
        ),
        _told(abs(small / large - _SHARE) < _SHARE_TOLERANCE),
        sentence(N_("18%: 3.6·10⁹ against 19.6·10⁹.")),
        f"{_HE}, §3.3, Table 1",
        sentence(N_("torchvision's ResNet-34 has projections where shapes change; the paper's has not.")),
    )


def resnet152_below_vgg16(of: Mapping[str, Architecture]) -> Claim:
    """More layers for less."""
    deep, shallow = of[RESNET152].multiply_adds, of[VGG16].multiply_adds
    return Claim(
        "resnet152_below_vgg16",
        sentence(N_("ResNet-152 needs fewer multiply-adds than VGG-16.")),
        sentence(
            N_("{deep} against {shallow} multiply-adds for one image of 224 pixels."),
            deep=_billions(deep),
            shallow=_billions(shallow),
        ),
        _told(deep < shallow),
        sentence(N_("11.3·10⁹ against 15.3·10⁹.")),
        f"{_HE}, §4.1, Table 1",
    )


def projected_bottleneck(of: Mapping[str, Architecture]) -> Claim:
    """A projection joins the two wide ends of a bottleneck block."""
    plain, projected = (_unchanged_block(of[name]) for name in (BOTTLENECK, ALL_PROJECTION))
    work = sum(one.multiply_adds for one in projected.operations) / sum(
        one.multiply_adds for one in plain.operations
    )
    size = sum(one.parameters for one in projected.operations) / sum(
        one.parameters for one in plain.operations
    )
    low, high = _DOUBLE
    return Claim(
        "projected_bottleneck",
        sentence(
            N_("A projection instead of the identity about doubles the cost and size of a bottleneck block.")
        ),
        sentence(
            N_("Block of {channels} channels: {work} times the multiply-adds, {size} times the parameters."),
            channels=plain.operations[-1].output_shape[0],
            work=number(work),
            size=number(size),
        ),
        _told(low <= work <= high and low <= size <= high),
        sentence(N_("Both are doubled.")),
        f"{_HE}, §4.1",
    )


def densenet_memory(of: Mapping[str, Architecture]) -> Claim:
    """Fewer parameters, more kept."""
    dense, residual = of[DENSENET121], of[RESNET50]
    return Claim(
        "densenet_memory",
        sentence(N_("A DenseNet has fewer parameters, but keeps more activations for the backward pass.")),
        sentence(
            N_(
                "DenseNet-121 against ResNet-50: {dense} against {residual} million parameters; {kept} "
                "against {less} MB kept for one image of 224 pixels."
            ),
            dense=number(dense.parameters / 1e6),
            residual=number(residual.parameters / 1e6),
            kept=number(dense.kept_bytes / 1e6),
            less=number(residual.kept_bytes / 1e6),
        ),
        _told(dense.parameters < residual.parameters and dense.kept_bytes > residual.kept_bytes),
        remark=sentence(
            N_(
                "Counted as PyTorch trains torchvision's networks. Their accuracies on ImageNet differ a "
                "little: {dense} and {residual}, as torchvision reports."
            ),
            dense=percent(ZOO["densenet121"].accuracy),
            residual=percent(ZOO["resnet50"].accuracy),
        ),
    )


def kept_memory(measured: Mapping[str, int]) -> Claim:
    """What the two keep, in bytes for one image by name, as measured on this machine; empty: not yet."""
    claim = sentence(
        N_("Residual networks need more memory, because they keep activations for the backward pass.")
    )
    if not {PLAIN, OPTION_A} <= measured.keys():
        return Claim(
            "kept_memory",
            claim,
            sentence(N_("Not measured yet.")),
            ClaimOutcome.UNDECIDED,
            remark=sentence(N_("One forward pass of each network on this machine would tell.")),
        )
    plain, residual = measured[PLAIN], measured[OPTION_A]
    outcome = _told(residual > plain)
    if abs(residual - plain) <= _EQUAL * plain:
        outcome = ClaimOutcome.NO_EFFECT
    return Claim(
        "kept_memory",
        claim,
        sentence(
            N_(
                "Measured here, 20 layers: {plain} MB kept for an image, {residual} MB with skip connections."
            ),
            plain=number(plain / 1e6),
            residual=number(residual / 1e6),
        ),
        outcome,
        remark=sentence(
            N_("An addition keeps nothing: its gradient needs neither of the two numbers that were added.")
        ),
    )


def _unchanged_block(network: Architecture) -> Block:
    """The last block of all: its input has the shape of its output."""
    return [block for block in network.blocks if block.name][-1]
