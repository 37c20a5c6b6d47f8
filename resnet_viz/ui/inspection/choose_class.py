"""Which class is explained, and against which other one."""

from typing import Final

import numpy as np
import streamlit as st

from resnet_viz.figures.predictions import FEW
from resnet_viz.locale import gettext as _
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.selection import Selection

_AUTOMATIC: Final = "auto"
_NOTHING: Final = "nothing"
_RUNNER_UP: Final = "runner-up"


def choose_target(selection: Selection) -> int:
    """Show the classes; the index of the one to explain."""
    names = selection.class_names
    automatic = selection.usual_target
    options = [_AUTOMATIC, *map(str, _in_order(selection))]

    def title(option: str) -> str:
        if option != _AUTOMATIC:
            return names[int(option)]
        text = _("True class: {name}") if selection.seen.truth is not None else _("Predicted class: {name}")
        return text.format(name=names[automatic])

    chosen = LINK.choose(
        "target",
        options,
        _AUTOMATIC,
        lambda key: st.selectbox(
            _("Class to explain"),
            options,
            format_func=title,
            key=key,
            help=_help_for_many(len(names)),
        ),
    )
    return automatic if chosen == _AUTOMATIC else int(chosen)


def choose_against(selection: Selection, target: int) -> int | None:
    """Show the other classes; the index of the one that ``target`` is set against, None for none."""
    names = selection.class_names
    runner_up = selection.other_than(target)
    options = [_NOTHING, _RUNNER_UP, *(str(one) for one in _in_order(selection) if one != target)]

    def title(option: str) -> str:
        if option == _NOTHING:
            return _("nothing: the class alone")
        if option == _RUNNER_UP:
            return _("Most probable other class: {name}").format(name=names[runner_up])
        return names[int(option)]

    chosen = LINK.choose(
        "against",
        options,
        _NOTHING,
        lambda key: st.selectbox(
            _("and not"),
            options,
            format_func=title,
            key=key,
            help=_(
                "With a second class, the map shows the evidence for the one rather than the other: it "
                "explains the difference of their logits (scores before softmax)."
            ),
        ),
    )
    if chosen == _NOTHING:
        return None
    return runner_up if chosen == _RUNNER_UP else int(chosen)


def choose_contrast(target: int, against: int) -> None:
    """Explain ``target`` and not ``against``; for callbacks."""
    LINK.choose_now("target", str(target))
    LINK.choose_now("against", str(against))


def _in_order(selection: Selection) -> list[int]:
    """All classes; many of them from the most probable on."""
    count = len(selection.class_names)
    if count <= FEW:
        return list(range(count))
    found: list[int] = np.argsort(-selection.logits[-1], kind="stable").tolist()
    return found


def _help_for_many(count: int) -> str | None:
    if count <= FEW:
        return None
    return _("{count} classes, the most probable ones first; type to search.").format(count=f"{count:,}")
