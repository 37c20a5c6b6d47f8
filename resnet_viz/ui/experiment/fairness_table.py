"""What was compared of the two networks, a row each with its meaning; fingerprints by their first digits."""

import re
from collections.abc import Iterator
from html import escape
from typing import Final

import streamlit as st

from resnet_viz.figures.families import family_name
from resnet_viz.findings.fairness import FairnessCard, FairnessRow
from resnet_viz.locale import gettext as _

_DIGEST: Final = re.compile(r"[0-9a-f]{16,}")
_DIGITS_SHOWN: Final = 8
"""Enough to see that two differ; all 64 stand in the cell's title and in the exports."""


def fairness_table(card: FairnessCard, twins: tuple[str, str]) -> None:
    """The rows of ``card``, about the network types ``twins``."""
    headings = "".join(
        f'<th scope="col">{escape(heading)}</th>' for heading in ("", _("Compared"), *map(family_name, twins))
    )
    rows = "".join(f"<tr>{''.join(_cells(row))}</tr>" for row in card.rows)
    caption = escape(_("What was compared of the two networks of seed {seed}").format(seed=card.seed))
    st.html(
        f'<div class="plain-table fairness-table" tabindex="0" role="region" aria-label="{caption}">'
        f"<table><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cells(row: FairnessRow) -> Iterator[str]:
    kind, mark, words = _mark(row.equal, row.chosen)
    said = f'role="img" aria-label="{escape(words)}" title="{escape(words)}"'
    yield f'<td><span class="{kind}" {said}>{mark}</span></td>'
    yield f"<td>{escape(_(row.label))}<p>{escape(str(row.explanation))}</p></td>"
    yield _value(row.plain)
    yield _value(row.residual)


def _value(value: str) -> str:
    if _DIGEST.fullmatch(value):
        return f'<td><code title="{value}">{value[:_DIGITS_SHOWN]}…</code></td>'
    return f"<td>{escape(value)}</td>"


def _mark(equal: bool | None, chosen: bool) -> tuple[str, str, str]:
    """Class, sign and words."""
    if equal is None:
        return "pending", "…", _("not known yet")
    if equal:
        return "equal", "✓", _("equal")
    return ("chosen", "≠", _("different, as chosen")) if chosen else ("unfair", "✗", _("different"))
