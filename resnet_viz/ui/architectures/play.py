"""Play: one image goes forward through two blocks of both networks, and a gradient comes back."""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import streamlit as st

from resnet_viz.architecture import svg
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.colours import Pixels
from resnet_viz.ui import labels
from resnet_viz.ui.architectures import play_drawing, play_steps
from resnet_viz.ui.architectures.choices import Chosen
from resnet_viz.ui.architectures.client import Drawn, ask
from resnet_viz.ui.architectures.link import LINK
from resnet_viz.ui.architectures.played import (
    Played,
    Role,
    are_trained,
    bundled_pair,
    drawn_pair,
    why_not,
)
from resnet_viz.ui.architectures.walked import Walked
from resnet_viz.ui.component import component
from resnet_viz.ui.table import table
from resnet_viz.wording import number, running_text, with_semicolons

_HERE: Final = Path(__file__).parent
_OWN: Final = "own"
_NETWORKS: Final = {"drawn": N_("Drawn above"), "bundled": N_("Trained pair of the app")}
_HTML: Final = """
<section class="play" tabindex="0" role="group">
  <div class="play-bar"></div>
  <p class="play-told" aria-live="polite"></p>
  <div class="play-networks"></div>
</section>
"""


def play(chosen: Chosen, drawn: Drawn) -> None:
    """Choose the networks, an image, a class and two blocks; show the play and its numbers."""
    reason = why_not(drawn)
    if reason:
        instead = _("Shown instead: the trained pair that comes with the app.")
        st.caption(running_text([reason, instead]))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        played = bundled_pair() if reason else _played(drawn)
        image, label = _image(played)
        target = _target(played.classes, label)
        names, first = _blocks(list(played.blocks))
    with st.spinner(_("Computing …")):
        walks = [_walked(role, image, target, names, first) for role in played.roles]
    show_play(walks, played.classes[target])
    pictures = _(
        "Pictures: the channel whose maps are strongest ({channels}); green is positive, purple negative, on "
        "one scale per network and direction. Numbers: norms over all channels; those of two terms need not "
        "add up to that of their sum. Line width on the way back: the share of a term's norm in the norms of "
        "both."
    )
    st.caption(running_text([played.about, pictures.format(channels=_channels(walks))]))
    with st.expander(_("The numbers"), icon=":material/table_rows:", type="compact"):
        _numbers(walks)


def _played(drawn: Drawn) -> Played:
    """Those that are drawn, which can be played, or the bundled pair."""
    wanted = LINK.choose(
        "networks",
        list(_NETWORKS),
        "drawn" if are_trained(drawn) else "bundled",
        lambda key: st.segmented_control(
            _("Networks"),
            list(_NETWORKS),
            format_func=lambda one: labels.label(_NETWORKS, one),
            key=key,
            required=True,
        ),
    )
    return drawn_pair(drawn) if wanted == "drawn" else bundled_pair()


def _image(played: Played) -> tuple[Pixels, int]:
    """The image uint8 [1, C, H, W] and its class."""
    index = LINK.choose(
        "image",
        list(played.pictures),
        next(iter(played.pictures)),
        lambda key: st.selectbox(
            _("Test image"),
            list(played.pictures),
            format_func=lambda one: _("{name} (number {index})").format(
                name=played.classes[played.pictures[one][1]], index=one
            ),
            key=key,
            width=220,
        ),
    )
    return played.pictures[index]


def _target(class_names: Sequence[str], label: int) -> int:
    """The class whose logit goes back."""
    options = [_OWN, *map(str, range(len(class_names)))]

    def title(option: str) -> str:
        if option == _OWN:
            return _("{name} (its own)").format(name=class_names[label])
        return class_names[int(option)]

    wanted = LINK.choose(
        "class",
        options,
        _OWN,
        lambda key: st.selectbox(_("Logit of class"), options, format_func=title, key=key, width=220),
    )
    return label if wanted == _OWN else int(wanted)


def _blocks(every: list[str]) -> tuple[list[str], int]:
    """The names of two blocks of one stage, whose skip connection is the identity, and the first's number."""
    firsts = [
        number
        for number, (one, other) in enumerate(pairwise(every), start=1)
        if one.rpartition(".")[0] == other.rpartition(".")[0] and not (one.endswith("block1") and number > 1)
    ]
    first = LINK.choose(
        "blocks",
        firsts,
        firsts[0],
        lambda key: st.select_slider(
            _("Blocks"),
            firsts,
            format_func=lambda one: _("{first} and {second} of {count}").format(
                first=one, second=one + 1, count=len(every)
            ),
            key=key,
            width=260,
        ),
    )
    return every[first - 1 : first + 1], first


def _walked(role: Role, image: Pixels, target: int, names: list[str], first: int) -> Walked:
    answer = ask("walk", role.question, image, target=target, blocks=names)
    return Walked(role.title, role.colour, first, target, answer)


def _channels(walks: list[Walked]) -> str:
    told = _("{network}: {channel} of {count}")
    return with_semicolons(
        told.format(network=one.title, channel=one.channel + 1, count=len(one.map(0, "input")))
        for one in walks
    )


def show_play(walks: list[Walked], class_name: str) -> None:
    """The walks of the plain and of the residual network, to step through."""
    plain, residual = walks
    data = {
        "networks": [
            {
                "title": one.title,
                "colour": one.colour,
                "flat": play_drawing.flat(one),
                "upright": play_drawing.upright(one),
                "formulas": play_steps.formulas(one),
            }
            for one in walks
        ],
        "sentences": play_steps.sentences(plain, residual, class_name),
        "turn": play_drawing.LOGIT_STEP + 1,
        "words": {
            "label": _("One image through two blocks, and the gradient back"),
            "play": _("Play"),
            "pause": _("Pause"),
            "start": _("To the start"),
            "back": _("One step back"),
            "next": _("One step forward"),
            "step": _("{step} of {count}"),
            "forward": _("Forward"),
            "backward": _("Backward"),
        },
    }
    files = (svg.STYLE_FILE, _HERE / "play.css", _HERE / "play.js")
    show = component("architecture_play", *files, html=_HTML)
    show(key="architectures_play", data=json.dumps(data).encode())


def _numbers(walks: list[Walked]) -> None:
    """Everything that was measured, and how it was checked."""
    headings = [_("Block"), "‖x‖", "‖F‖", "‖y‖", "‖ReLU(y)‖", "‖g‖", "‖g · 1‖", "‖g · ∂F/∂x‖", "‖∂z/∂x‖"]
    headings += ["⟨g, x⟩", "⟨g, F⟩"]
    norms = ("input", "branch", "sum", "output", "sum_gradient", "from_skip", "from_branch", "input_gradient")
    rows = []
    for one in walks:
        for i, block in enumerate(one.answer.values["blocks"]):
            cells = [number(one.norm(i, name)) for name in norms]
            credits = [number(block["credit_skip"]), number(block["credit_branch"])]
            rows.append([f"{one.title}, {one.number + i}", *cells, *credits])
    table(headings, rows, caption=_("The walk of the image in numbers"))
    st.caption(
        "  \n".join(
            [
                _("At each addition the credit splits exactly: ⟨g, y⟩ = ⟨g, x⟩ + ⟨g, F⟩."),
                *map(play_steps.checked, walks),
            ]
        )
    )
