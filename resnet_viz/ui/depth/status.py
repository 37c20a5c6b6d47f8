"""Where a sweep stands: progress, one box per cell, what broke off, how good the estimate was."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.figures.families import family_looks
from resnet_viz.findings.endings import final_train_error
from resnet_viz.jobs.experiments import FilledCell
from resnet_viz.jobs.promises import promise
from resnet_viz.locale import gettext as _
from resnet_viz.ui import labels, server
from resnet_viz.ui.experiment.cell_words import cell_name, failure_sentence, state_name
from resnet_viz.ui.experiment.controls import retry_button
from resnet_viz.ui.experiment.view import ExperimentView, Standing, seconds_left
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.live.progress import progress_html
from resnet_viz.wording import duration, percent, running_text, with_semicolons

_SIGNS: Final = {RunState.FAILED: "✕", RunState.LOST: "✕", RunState.DIVERGED: "∞", RunState.STOPPED: "■"}


def depth_status(standing: Standing, following: Following[Standing]) -> None:
    """How far it is."""
    with st.container(key="depth_status"):
        following.text("status", _progress)


def depth_cells(standing: Standing, following: Following[Standing]) -> None:
    """One box a cell, and what broke off."""
    with st.container(border=True, key="depth_cells"):
        following.text("cells", lambda standing: _map(standing.view.cells, standing.cells))
        st.caption(
            _(
                "One box per run: its progress, then its final training error. Double border: reused "
                "from another sweep or race."
            )
        )
        _failures(standing.view)


def _progress(standing: Standing) -> str:
    view = standing.view
    steps = sum(place.cell.run.train.steps for place in view.cells)
    done = sum(place.run.step for place in view.cells if place.run is not None)
    text = _("{finished} of {cells} runs finished").format(finished=view.finished, cells=len(view.cells))
    said = " · ".join((text, *_details(view)))
    return progress_html(done / steps, said, name=text)


def _details(view: ExperimentView) -> list[str]:
    counts = Counter(place.state for place in view.cells)
    said = [
        _("{name}: {text}").format(name=labels.label(labels.STATES, state), text=counts[state])
        for state in RunState
        if counts[state] and state is not RunState.FINISHED
    ]
    reused = sum(place.reused for place in view.cells)
    if reused:
        said.append(_("reused: {count}").format(count=reused))
    if view.settled:
        return said
    left = seconds_left(view)
    if left is not None:
        said.append(_("{time} left").format(time=duration(left)))
    elif view.pausing:
        said.append(_("paused; all progress is saved"))
    elif counts[RunState.QUEUED] and not counts[RunState.RUNNING]:
        said.append(_waiting(view))
    return said


def _waiting(view: ExperimentView) -> str:
    supervisor = server.supervisor()
    if supervisor and not supervisor.machine.devices:
        return _("starting up, a few seconds")
    positions = [
        p for run in view.active if supervisor and (p := supervisor.queue_position(run.id)) is not None
    ]
    if positions and min(positions) > 1:
        return _("number {position} in the queue").format(position=min(positions))
    return _("waiting for a free slot")


def _map(places: Sequence[FilledCell], cells: Sequence[CellHistory]) -> str:
    """All cells as a table, families down, depths across, the seeds of a place beside each other."""
    errors = {(c.family, c.depth, c.seed): final_train_error(c.history) for c in cells}
    families = list(dict.fromkeys(place.cell.family for place in places))
    depths = sorted({place.cell.depth for place in places})
    looks = family_looks(families)
    head = "".join(f'<th scope="col">{depth}</th>' for depth in depths)
    rows = []
    for name in families:
        look = looks[name]
        style = f"--family: {look.css}; --dash: {look.edge}"
        row = []
        for depth in depths:
            boxes = [
                _box(place, errors.get((name, depth, place.cell.seed)))
                for place in places
                if (place.cell.family, place.cell.depth) == (name, depth)
            ]
            row.append(f'<td><div class="places">{"".join(boxes)}</div></td>')
        rows.append(f'<tr style="{style}"><th scope="row">{escape(look.name)}</th>{"".join(row)}</tr>')
    label = escape(_("All runs: one row per network type, one column per depth"))
    corner = escape(_("depth"))
    return (
        f'<div class="depth-cells" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead><tr><th>{corner}</th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _box(place: FilledCell, error: float | None) -> str:
    run, state = place.run, place.state
    share = 0.0 if run is None or not run.total_steps else min(run.step / run.total_steps, 1.0)
    kinds = ["place", "reused" if place.reused else ""]
    if state is RunState.FINISHED:
        kinds.append("finished")
        text = percent(error)
    elif state in _SIGNS:
        kinds.append("broken" if state is not RunState.STOPPED else "")
        text = _SIGNS[state]
    elif state in (RunState.RUNNING, RunState.PAUSED):
        text = "" if state is RunState.RUNNING else "‖"  # a share would be taken for an error
    else:
        kinds.append("waiting")
        text = "·" if run is None else "…"
    title = escape(_("{name}: {text}").format(name=cell_name(place), text=state_name(place)))
    words = f"{share:.0%}" if state in (RunState.RUNNING, RunState.PAUSED) else text
    return (
        f'<div class="{" ".join(filter(None, kinds))}" title="{title}" role="img" '
        f'aria-label="{title} {escape(words)}"><i style="width: {share:.1%}"></i>'
        f"<span>{escape(text)}</span></div>"
    )


def _failures(view: ExperimentView) -> None:
    """Every cell that broke off by name, those with the same reason together, and how to go on."""
    reasons: dict[tuple[str, bool], list[str]] = {}
    for place in view.failed:
        assert place.run is not None
        text = _("{cell} (attempt {attempt})").format(cell=cell_name(place), attempt=place.run.attempt)
        reasons.setdefault((failure_sentence(place.run), place.is_settled), []).append(text)
    for (reason, settled), names in reasons.items():
        again = "" if settled else _("It will be retried automatically.")
        text = _("Failed or interrupted: {cells}.").format(cells=with_semicolons(names))
        st.error(running_text(filter(None, (text, reason, again))), icon=":material/error:")
    if any(settled for _reason, settled in reasons):
        retry_button(view)


def how_good_the_estimate_was(view: ExperimentView) -> None:
    """The estimate against what came, once all that it was made for has ended."""
    promised = promise(server.store(), view.group.id) if view.settled else None
    if promised is None:
        return
    runs = [
        place.run for place in view.cells if place.run is not None and place.run.digest in promised.digests
    ]
    took = [run.facts.get("wall_s") for run in runs if run.state is RunState.FINISHED]
    if len(took) < len(promised.digests) or None in took:
        return
    took_s = sum(filter(None, took))
    started = min(run.started_at or 0 for run in runs)
    st.caption(
        ":material/timer: "
        + _(
            "Training took {took}; the estimate was {promised} ({error}% compared with the time "
            "taken). First start to last end: {wall}, estimate {promised_wall}."
        ).format(
            promised=duration(promised.training_s),
            took=duration(took_s),
            error=f"{100 * (promised.training_s / took_s - 1):+.0f}".replace("-", "−"),
            wall=duration(max(run.ended_at or 0 for run in runs) - started),
            promised_wall=duration(promised.wall_s),
        )
    )
