"""What makes a race worth watching: the proof that it is fair, and the verdict from its numbers."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.figures import seed_gaps
from resnet_viz.findings.fairness import FairnessCard, fairness_card
from resnet_viz.findings.seed_table import seed_table
from resnet_viz.findings.verdict import race_verdict
from resnet_viz.history import RunHistory
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunRecord
from resnet_viz.ui import chart_card
from resnet_viz.ui.race.fairness_table import fairness_table
from resnet_viz.ui.table import table
from resnet_viz.wording import running_text

_ORDER: Final = {False: 0, None: 1, True: 2}
_ICONS: Final = {
    False: ":material/gpp_bad:",
    None: ":material/shield:",
    True: ":material/verified_user:",
}


def show_verdict(race: Experiment, histories: Sequence[RunHistory]) -> None:
    """The verdict in words, its headline first, and the values of each seed where there are several."""
    found = race_verdict(race, [CellHistory(run.role, race.depths[0], run.seed, run) for run in histories])
    with st.container(border=True, key="race_verdict"):
        st.subheader(str(found.headline), anchor=False)
        st.markdown("\n".join(f"- {_plain_text(str(sentence))}" for sentence in found.sentences))
        st.caption(_plain_text(running_text(found.notes)))
        headings, *rows = seed_table(found.found)
        if len(rows) > 1:
            table(headings, rows, caption=_("Result of each seed: loss and accuracy."))
    if gaps := seed_gaps.figure(found.found):
        height_px = 150 + 34 * len(rows)
        chart_card.show(gaps, key="gaps", filename="race-gaps", height_px=height_px)


def show_fairness(runs: Sequence[RunRecord], histories: Sequence[RunHistory]) -> None:
    """One line that says whether the race is fair so far, and the comparison behind it."""
    cards = _cards(runs, histories)
    if not cards:
        return
    worst = min(cards, key=lambda card: _ORDER[card.fair])
    known = sum(row.equal is not None for card in cards for row in card.rows)
    total = sum(len(card.rows) for card in cards)
    done = _("{total} of {total} checks passed") if worst.fair else _("{known} of {total} checked")
    text = _("{summary} ({checks})").format(
        summary=worst.summary, checks=done.format(known=known, total=total)
    )
    with st.expander(text, icon=_ICONS[worst.fair], key="race_fairness"):
        for card in cards:
            _show_card(card, several=len(cards) > 1)


def _cards(runs: Sequence[RunRecord], histories: Sequence[RunHistory]) -> list[FairnessCard]:
    found = {(run.seed, run.role): (history, run.spec) for run, history in zip(runs, histories, strict=True)}
    cards = []
    for seed in sorted({run.seed for run in runs}):
        plain, residual = found.get((seed, "plain")), found.get((seed, "residual"))
        if plain and residual:
            cards.append(fairness_card(plain[0], residual[0], plain[1], residual[1]))
    return cards


def _show_card(card: FairnessCard, *, several: bool) -> None:
    if several:
        st.markdown(f"**{_('Seed {seed}').format(seed=card.seed)}**")
    fairness_table(card)


def _plain_text(text: str) -> str:
    """``text`` with nothing that Markdown would read as formatting."""
    return text.replace("*", "\\*").replace("_", "\\_").replace("$", "\\$").replace("~", "\\~")
