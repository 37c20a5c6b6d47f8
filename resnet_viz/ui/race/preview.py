"""What a race will build, before anything runs: each network as a row of blocks, some with a skip."""

from html import escape
from typing import Final

import streamlit as st

from resnet_viz.data.catalogue import shape_of
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.figures.families import family_looks, plain_first
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import family_of, multiply_adds
from resnet_viz.networks.family import Stage
from resnet_viz.specs import DataShape, NetworkSpec
from resnet_viz.ui import pages
from resnet_viz.ui.live_chart import chart_soon
from resnet_viz.wording import number

_MOST_DRAWN: Final = 6
"""Of more blocks of a stage the first and the last are drawn, and how many there are between."""


def show_preview(asked: Experiment) -> None:
    """Draw the networks that the form asks for."""
    chart_soon()
    shape = shape_of(asked.run.data)
    names = plain_first(asked.families)
    looks = family_looks(names)
    networks = {name: asked.network(name, asked.depths_of(name)[0]) for name in names}
    drawn = [_network_html(looks[name], networks[name], shape) for name in names]
    with st.container(key="race_preview", gap="xsmall"):
        st.html("".join(drawn))
        st.caption(
            _(
                "Each bar is a convolution, from the image on the left to the prediction on the right. Each "
                "arc is a skip connection: it adds what goes into a block to what comes out. Dashed: it also "
                "changes size and channels."
            )
        )
        left, right = names[0], names[-1]
        st.page_link(
            pages.ARCHITECTURES.path,
            label=_("See every part and what it costs"),
            icon=pages.ARCHITECTURES.icon,
            query_params={"left": left, "right": right, "depth": str(asked.depths_of(left)[0])},
        )


def _network_html(look: NetworkLook, network: NetworkSpec, shape: DataShape) -> str:
    """Name and cost, and the stages in a row that breaks where there is little room."""
    stages = family_of(network).stages(network, shape)
    blocks, work = sum(stage.blocks for stage in stages), number(float(multiply_adds(network, shape)))
    title = f"{look.name}-{network.depth}"
    if not stages:
        text = _("{work} multiply-adds per image").format(work=work)
        return f'<div class="network">{_heading_html(title, text)}</div>'
    text = _("{blocks} blocks · {work} multiply-adds per image").format(blocks=blocks, work=work)
    numbered = list(enumerate(stages, start=1))
    said = _("{name}: {text}").format(name=title, text="; ".join(_words(*entry) for entry in numbered))
    drawn = "".join(_stage_html(*entry) for entry in numbered)
    return (
        f'<div class="network" style="--family: {look.css}">{_heading_html(title, text)}'
        f'<div class="stages" role="img" aria-label="{escape(said)}">{drawn}</div></div>'
    )


def _heading_html(title: str, text: str) -> str:
    return f'<p><b>{escape(title)}</b> <span class="fine">{escape(text)}</span></p>'


def _words(number: int, stage: Stage) -> str:
    text = (
        _("stage {number}: {blocks} blocks of {layers} convolutions, each with a skip connection")
        if stage.skips
        else _("stage {number}: {blocks} blocks of {layers} convolutions")
    )
    return text.format(number=number, blocks=stage.blocks, layers=stage.layers)


def _stage_html(number: int, stage: Stage) -> str:
    shown = _shown(stage.blocks)
    between = f"<span>×{stage.blocks - len(shown) + 1}</span>"
    blocks = "".join(between if block is None else _block_html(stage, block) for block in shown)
    size = _("{channels} channels, {side}×{side} px").format(channels=stage.channels, side=stage.px)
    name = _("stage {number}").format(number=number)
    return (
        f'<div class="stage"><div class="blocks">{blocks}</div>'
        f"<small>{escape(name)}<br>{escape(size)}</small></div>"
    )


def _shown(blocks: int) -> list[int | None]:
    """The numbers of the blocks that are drawn; None stands for all between."""
    if blocks <= _MOST_DRAWN:
        return list(range(blocks))
    return [*range(_MOST_DRAWN // 2), None, blocks - 1]


def _block_html(stage: Stage, block: int) -> str:
    """The bars of a block; the style sheet draws the arc around them."""
    kinds = ["block"]
    if stage.skips:
        kinds.append("skip")
    if stage.reshaped and not block:
        kinds.append("reshaped")
    return f'<div class="{" ".join(kinds)}">{"<i></i>" * stage.layers}</div>'
