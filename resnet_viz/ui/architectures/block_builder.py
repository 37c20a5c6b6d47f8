"""Build a block: what a choice of norm, order, skip span and branch scale does before the first step."""

from html import escape
from math import log10
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.architecture.graph import Architecture
from resnet_viz.data.catalogue import shape_of
from resnet_viz.figures.families import family_look, family_name
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import network_type
from resnet_viz.specs import DataSpec, NetworkSpec
from resnet_viz.ui import labels, pages
from resnet_viz.ui.architectures.choices import Chosen
from resnet_viz.ui.architectures.client import Drawn, architecture, ask
from resnet_viz.ui.architectures.link import LINK
from resnet_viz.wording import count, number

_ORDERS: Final = {"after": N_("Norm and ReLU after"), "before": N_("before (pre-activation)")}
_NORMS: Final = {"batch": N_("Batch norm"), "group": N_("Group norm"), "none": N_("No norm")}
_SPANS: Final = (1, 2, 3)
_SCALES: Final = {"1": "α = 1", "0.5": "α = 0.5", "0.1": "α = 0.1", "learned": N_("α learned, from 0")}
_DATA: Final = DataSpec()
_SEED: Final = 0


def build_block(chosen: Chosen, drawn: Drawn) -> None:
    """Controls, and at once what they do: costs and the gradient of each layer before the first step."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        order = _segments("order", _ORDERS, _("Place of norm and ReLU"))
        norm = _segments("norm", _NORMS, _("Norm"))
        span = LINK.choose(
            "span",
            _SPANS,
            2,
            lambda key: st.segmented_control(
                _("Convolutions that a skip connection spans"), _SPANS, key=key, required=True
            ),
        )
        scale = _segments("scale", _SCALES, _("Branch scale"))
    names = _types(order, norm, span, scale)
    base = NetworkSpec.model_construct()
    depth = network_type(names[-1]).depths(base).nearest(chosen.depth)
    shape = shape_of(_DATA)
    strips = []
    for name in names:
        spec = network_type(name).network(base, depth)
        question = {"spec": spec.model_dump(mode="json"), "shape": shape.model_dump(mode="json")}
        costs = architecture(question)
        answer = ask("step_zero_gradients", question, data=_DATA.model_dump(mode="json"), seed=_SEED)
        title = f"{family_name(name)}-{spec.depth}"
        strips.append(
            _Strip(
                title, family_look(name).css, costs, tuple(answer.values["layers"]), answer.arrays["relative"]
            )
        )
    st.html("".join(_strip_html(strip, _ends(strips)) for strip in strips))
    st.caption(
        _(
            "Measured: ‖g‖ / ‖w‖ of every layer, input on the left, for the first batch of {data}, before "
            "the first update (seed {seed}). One scale for both; logarithmic."
        ).format(data=_("Fashion-MNIST"), seed=_SEED)
    )
    link = {"families": ",".join(names), "depth": str(depth)}
    st.page_link(pages.RACE.path, label=_("Race these two"), icon=pages.RACE.icon, query_params=link)


def _types(order: str, norm: str, span: int, scale: str) -> tuple[str, str]:
    """The network with such blocks, and the same without skip connections."""
    words = ["preactivation"] if order == "before" else []
    words += {"batch": [], "group": ["group"], "none": ["no-norm"]}[norm]
    words += [f"skip_span={span}"] if span != 2 else []
    scaled = {"1": [], "learned": ["learned-scale"]}.get(scale, [f"branch_scale={scale}"])
    fixed = [] if scale == "learned" else scaled
    plain, residual = "+".join(("plain", *words, *fixed)), "+".join(("residual", *words, *scaled))
    return network_type(plain).name, network_type(residual).name


class _Strip(NamedTuple):
    """One network, and the relative gradient of each of its layers before the first update."""

    title: str
    colour: str
    costs: Architecture
    layers: tuple[str, ...]
    relative: npt.NDArray[np.float32]


def _ends(strips: list[_Strip]) -> tuple[float, float]:
    """The smallest and the largest gradient that is not zero, as powers of ten."""
    values = np.concatenate([strip.relative for strip in strips])
    positive = values[(values > 0) & np.isfinite(values)]
    if not len(positive):
        return 0.0, 1.0
    return log10(float(positive.min())), log10(float(positive.max()))


def _strip_html(strip: _Strip, ends: tuple[float, float]) -> str:
    """A row of cells, dark where the gradient is large, and its ends in numbers."""
    low, high = ends
    cells = []
    for layer, value in zip(strip.layers, strip.relative.tolist(), strict=True):
        share = (log10(value) - low) / (high - low) if value > 0 and high > low else 0.0
        told = escape(f"{layer}: {number(value)}")
        cells.append(f'<i style="opacity: {0.08 + 0.92 * min(max(share, 0.0), 1.0):.3f}" title="{told}"></i>')
    first, last = float(strip.relative[0]), float(strip.relative[-1])
    costs = _("{count} parameters").format(count=count(strip.costs.parameters))
    text = _("first layer {first}, last {last}").format(first=number(first), last=number(last))
    said = escape(f"{strip.title}: {text}")
    return (
        f'<div class="gradient-strip" style="--family: {strip.colour}">'
        f"<p><b>{escape(strip.title)}</b> {escape(costs)} · {escape(text)}</p>"
        f'<div role="img" aria-label="{said}">{"".join(cells)}</div></div>'
    )


def _segments(name: str, titles: dict[str, str], label: str) -> str:
    return LINK.choose(
        name,
        list(titles),
        next(iter(titles)),
        lambda key: st.segmented_control(
            label,
            list(titles),
            format_func=lambda one: labels.label(titles, one),
            key=key,
            required=True,
        ),
    )
