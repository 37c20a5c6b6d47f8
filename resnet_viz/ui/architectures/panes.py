"""The drawings: two networks beside each other, or the second with what the first has not marked in it."""

from html import escape
from typing import Final

import streamlit as st

from resnet_viz.architecture.difference import Difference, difference
from resnet_viz.architecture.graph import Architecture, Kind
from resnet_viz.architecture.levels import LEVELS
from resnet_viz.architecture.paint import Paint
from resnet_viz.architecture.svg import Mark, View, draw, legend
from resnet_viz.locale import N_, ngettext
from resnet_viz.locale import gettext as _
from resnet_viz.ui.architectures.choices import Chosen
from resnet_viz.ui.architectures.client import Drawn
from resnet_viz.ui.architectures.drawing import show_drawing
from resnet_viz.ui.architectures.expansion import expansion
from resnet_viz.ui.architectures.inspector import facts_of_rows, totals
from resnet_viz.ui.architectures.link import LINK
from resnet_viz.ui.architectures.painting import Painting, links_to_lab, painting
from resnet_viz.ui.architectures.subjects import Subject
from resnet_viz.wording import count, with_commas

_PANE_PX: Final = 340


def show_side_by_side(chosen: Chosen, drawn: Drawn) -> None:
    """Both, painted on one scale."""
    painted = painting(chosen.paint, drawn, chosen.batch)
    with st.grid(2, min_column_width=_PANE_PX, gap="medium"):
        for side, (subject, architecture), paint in zip(
            ("left", "right"), drawn, painted.paints, strict=True
        ):
            with st.container(key=f"architectures_{side}", gap="xsmall"):
                _head(subject.title, subject.colour, " · ".join(totals(architecture, chosen.batch)))
                facts = None if paint is None else (painted, paint)
                _pane(chosen, side, subject, architecture, facts, {})
    _under_drawings(painted)


def show_difference(chosen: Chosen, drawn: Drawn) -> None:
    """The second network; what the first has too is grey, what it has not green."""
    (first, before), (second, after) = drawn
    found = difference(before, after)
    added = {one.name for one in found.added}
    marks: dict[str, Mark] = {one.name: "added" if one.name in added else "same" for one in after.operations}
    with st.container(key="architectures_right", gap="xsmall"):
        title = _("{second} beside {first}").format(first=first.title, second=second.title)
        _head(title, second.colour, headline(found, before, after))
        _pane(chosen, "right", second, after, None, marks)
    _under_drawings(None)


def headline(found: Difference, before: Architecture, after: Architecture) -> str:
    """What differs, in a sentence made of counts."""
    if before.parameters == after.parameters:
        same = _("{count} parameters in both").format(count=count(before.parameters))
    else:
        same = _("{before} parameters against {after}").format(
            before=count(before.parameters), after=count(after.parameters)
        )
    if not found.added and not found.removed:
        return _("{same}; there is no difference.").format(same=same)
    kinds = {one.kind for one in (*found.added, *found.removed)}
    if not found.removed and kinds <= {"add", "subsample"}:
        number = found.count_added("add")
        added = ngettext("{number} addition", "{number} additions", number).format(number=number)
        return _("{same}; the only difference is {added}.").format(same=same, added=added)
    return _("{same}; {kept} operations are the same, added: {added}, removed: {removed}.").format(
        same=same, kept=found.same, added=_kinds(found, "added"), removed=_kinds(found, "removed")
    )


_KINDS: Final[dict[Kind, str]] = {
    "conv": N_("convolutions {number}"),
    "norm": N_("norms {number}"),
    "activation": N_("activations {number}"),
    "add": N_("additions {number}"),
    "concat": N_("concatenations {number}"),
}


def _kinds(found: Difference, which: str) -> str:
    operations = found.added if which == "added" else found.removed
    numbers = {kind: sum(one.kind == kind for one in operations) for kind in _KINDS}
    other = len(operations) - sum(numbers.values())
    told = [_(_KINDS[kind]).format(number=number) for kind, number in numbers.items() if number]
    if other:
        told.append(_("others {number}").format(number=other))
    return with_commas(told) or _("nothing")


def _head(title: str, colour: str, facts: str) -> None:
    st.html(
        f'<div class="architecture-head"><h3 style="--family: {escape(colour)}">{escape(title)}</h3>'
        f"<p>{escape(facts)}</p></div>"
    )


def _pane(
    chosen: Chosen,
    side: str,
    subject: Subject,
    architecture: Architecture,
    painted: tuple[Painting, Paint] | None,
    marks: dict[str, Mark],
) -> None:
    view = View(chosen.level, subject.colour, chosen.stream, None if painted is None else painted[1], marks)
    show_drawing(
        draw(architecture, view, f"{side}-"),
        key=f"architectures_{side}_drawing",
        label=_("{network}, drawn; {skips}").format(network=subject.title, skips=skips_text(architecture)),
        terms=expansion(architecture, subject.colour) if chosen.stream else "",
        facts=facts_of_rows(architecture, chosen.level, chosen.batch, painted),
        on_open=lambda _row: _go(1),
        on_close=lambda: _go(-1),
    )


def skips_text(architecture: Architecture) -> str:
    """How many skip connections it has."""
    number = len(architecture.skips)
    return ngettext("{number} skip connection", "{number} skip connections", number).format(number=number)


def _go(by: int) -> None:
    """To a finer level, or a coarser one."""
    now = LEVELS.index(st.session_state[LINK.widget_key("level")])
    LINK.choose_now("level", LEVELS[min(max(now + by, 0), len(LEVELS) - 1)])


def _under_drawings(painted: Painting | None) -> None:
    texts = [legend(), *([] if painted is None else [painted.legend(), *painted.notes])]
    st.caption("  \n".join(filter(None, texts)))
    if painted is not None:
        links_to_lab(painted)
