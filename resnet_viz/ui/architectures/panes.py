"""The drawings: two networks beside each other, or the second with what the first has not marked in it."""

from html import escape
from typing import Final

import streamlit as st

from resnet_viz.architecture.difference import Difference, difference
from resnet_viz.architecture.graph import Architecture, Kind
from resnet_viz.architecture.levels import LEVELS
from resnet_viz.architecture.paint import COST_TITLES, Paint, cost_paint
from resnet_viz.architecture.svg import Mark, View, draw, legend
from resnet_viz.locale import N_, ngettext
from resnet_viz.locale import gettext as _
from resnet_viz.ui import labels
from resnet_viz.ui.architectures.choices import Chosen
from resnet_viz.ui.architectures.drawing import show_drawing
from resnet_viz.ui.architectures.inspector import facts_of_rows, totals
from resnet_viz.ui.architectures.link import LINK
from resnet_viz.ui.architectures.subjects import Subject
from resnet_viz.wording import count, with_commas

_PANE_PX: Final = 340
Drawn = list[tuple[Subject, Architecture]]


def show_side_by_side(chosen: Chosen, drawn: Drawn) -> None:
    """Both, painted on one scale."""
    paints = _paints(chosen, drawn)
    with st.grid(2, min_column_width=_PANE_PX, gap="medium"):
        for side, (subject, architecture), paint in zip(("left", "right"), drawn, paints, strict=True):
            with st.container(key=f"architectures_{side}", gap="xsmall"):
                _head(subject.title, subject.colour, " · ".join(totals(architecture, chosen.batch)))
                _pane(chosen, side, subject, architecture, paint, {})
    _under_drawings(chosen, paints[0])


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
    _under_drawings(chosen, None)


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
    paint: Paint | None,
    marks: dict[str, Mark],
) -> None:
    view = View(chosen.level, subject.colour, chosen.stream, paint, marks)
    painted = None if paint is None else (labels.label(COST_TITLES, chosen.paint), paint)
    show_drawing(
        draw(architecture, view, f"{side}-"),
        key=f"architectures_{side}_drawing",
        label=_("{network}, drawn; {skips}").format(network=subject.title, skips=skips_text(architecture)),
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


def _paints(chosen: Chosen, drawn: Drawn) -> list[Paint | None]:
    if chosen.paint not in COST_TITLES:
        return [None for _drawn in drawn]
    found = [cost_paint(architecture, chosen.paint) for _subject, architecture in drawn]
    high = max(paint.ends[1] for paint in found)
    return [Paint(paint.values, (0.0, high), paint.adds, paint.logarithmic) for paint in found]


def _under_drawings(chosen: Chosen, paint: Paint | None) -> None:
    st.caption(legend())
