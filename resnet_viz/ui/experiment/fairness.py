"""The proof that the networks of an experiment differ in the skip connection and nothing else."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.figures.families import family_name
from resnet_viz.findings.fairness import FairnessCard, fairness_cards
from resnet_viz.findings.sizes import difference_sentence, network_sizes, size_rows
from resnet_viz.locale import gettext as _
from resnet_viz.ui.experiment.fairness_table import fairness_table
from resnet_viz.ui.experiment.view import ExperimentView
from resnet_viz.ui.table import table
from resnet_viz.ui.translated import choose

_ORDER: Final = {False: 0, None: 1, True: 2}
_ICONS: Final = {
    False: ":material/gpp_bad:",
    None: ":material/shield:",
    True: ":material/verified_user:",
}
_MOST_SHOWN: Final = 3
"""Of more pairs one is chosen."""


class _Pair(NamedTuple):
    name: str
    twins: tuple[str, str]
    card: FairnessCard


def show_fairness(view: ExperimentView, cells: Sequence[CellHistory]) -> None:
    """One line that says whether the comparison is fair so far, and what was compared behind it.

    A second one where some networks are no twins: in what they differ.
    """
    if pairs := _pairs(view, cells):
        _show_pairs(view, pairs)
    if sizes := network_sizes(view.spec, cells):
        text = str(difference_sentence(sizes))
        with st.expander(text, icon=":material/difference:", key=f"{view.kind.page}_sizes"):
            headings, *rows = size_rows(sizes)
            table(headings, rows, caption=_("In what the networks differ"))


def _show_pairs(view: ExperimentView, pairs: Sequence[_Pair]) -> None:
    cards = [pair.card for pair in pairs]
    worst = min(cards, key=lambda card: (_ORDER[card.fair], not card.has_chosen))
    known = sum(row.equal is not None for card in cards for row in card.rows)
    total = sum(len(card.rows) for card in cards)
    done = _("{total} of {total} checks passed") if worst.fair else _("{known} of {total} checked")
    text = _("{summary} ({checks})").format(
        summary=worst.summary, checks=done.format(known=known, total=total)
    )
    page = view.kind.page
    with st.expander(text, icon=_ICONS[worst.fair], key=f"{page}_fairness"):
        shown = list(pairs)
        if len(pairs) > _MOST_SHOWN:
            key = f"{page}_fairness_{view.group.id}"
            if st.session_state.get(key, 0) >= len(pairs):  # a run was deleted
                del st.session_state[key]
            number = choose(
                st.selectbox,
                _("Networks compared"),
                range(len(pairs)),
                lambda number: pairs[number].name,
                key=key,
                width=380,
            )
            shown = [pairs[number]]
        for name, twins, card in shown:
            if len(shown) > 1:
                st.markdown(f"**{name}**")
            fairness_table(card, twins)


def _pairs(view: ExperimentView, cells: Sequence[CellHistory]) -> list[_Pair]:
    several_depths, several_twins = len(view.spec.depths) > 1, len(view.spec.twins()) > 1
    pairs = []
    for twins, depth, card in fairness_cards(view.spec, cells):
        name = _("Seed {seed}").format(seed=card.seed)
        if several_depths:
            name = _("depth {depth}, seed {seed}").format(depth=depth, seed=card.seed)
        if several_twins:
            name = _("{name}: {text}").format(name=" / ".join(map(family_name, twins)), text=name)
        pairs.append(_Pair(name, twins, card))
    return pairs
