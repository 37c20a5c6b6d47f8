"""Where the networks of a race stand: one card each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from html import escape
from typing import Any, Final

import streamlit as st

from resnet_viz.events import RunState
from resnet_viz.figures.families import family_looks, family_name, plain_first
from resnet_viz.findings.device_words import gpu_memory, step_mode
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.store import RunRecord
from resnet_viz.ui import labels, server
from resnet_viz.ui.experiment.cell_words import failure_sentence
from resnet_viz.ui.experiment.view import Standing, steps_per_s
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.live.progress import progress_html
from resnet_viz.ui.network_card import network_card
from resnet_viz.wording import duration, with_commas

_COLOURS: Final = {
    RunState.QUEUED: "grey",
    RunState.RUNNING: "green",
    RunState.PAUSED: "yellow",
    RunState.FINISHED: "blue",
    RunState.STOPPED: "grey",
    RunState.FAILED: "red",
    RunState.DIVERGED: "red",
    RunState.LOST: "red",
}
_MOST_BESIDE: Final = 3
"""More cards do not fit beside each other; they have a line each, so that the charts stay on the screen."""


def race_status(standing: Standing, following: Following[Standing]) -> None:
    """A line for each network type, plain ones first."""
    families = plain_first(standing.view.spec.families)
    looks = family_looks(families)
    few = len(families) <= _MOST_BESIDE
    with st.container(key="race_status" if few else "race_status_many"):
        places: Sequence[AbstractContextManager[object]] = [nullcontext()] * len(families)
        if few:
            places = st.columns(len(families), gap="small")
        for place, family in zip(places, families, strict=True):
            with place, network_card(looks[family], *family.split("+"), height="stretch"):
                following.text(("card", family), partial(_card, family))


def race_failures(standing: Standing, _following: Following[Standing]) -> None:
    """Why runs broke off, each reason once with the network types that it stopped."""
    view = standing.view
    reasons: dict[str, list[str]] = {}
    for family in plain_first(view.spec.families):
        for reason in sorted({failure_sentence(run) for run in view.of(family)} - {""}):
            reasons.setdefault(reason, []).append(family_name(family))
    for reason, names in reasons.items():
        text = _("{name}: {text}").format(name=with_commas(names), text=reason)
        st.error(text, icon=":material/error:")


def _card(family: str, standing: Standing) -> str:
    name = family_name(family)
    runs = standing.view.of(family)
    if not runs:
        gone = _("All runs of this network were deleted.")
        return f'<h3 class="run-card">{escape(name)}</h3><p class="fine">{escape(gone)}</p>'
    badges = []
    for state, number in Counter(run.state for run in runs).items():
        text = labels.label(labels.STATES, state)
        text = f"{text} · {number}" if len(runs) > 1 else text
        badges.append(f'<span class="state {_COLOURS[state]}">{escape(text)}</span>')
    done, total = sum(run.step for run in runs), sum(run.total_steps for run in runs)
    text = _("Step {done} of {total}").format(done=f"{done:,}", total=f"{total:,}")
    details = "".join(f"<span>{escape(detail)}</span>" for detail in _details(runs, total - done))
    return (
        f'<div class="run-line"><h3 class="run-card">{escape(name)} {"".join(badges)}</h3>'
        f"{progress_html(done / total if total else 0.0, text, name=name)}"
        f'<p class="fine">{details}</p></div>'
    )


def _details(runs: tuple[RunRecord, ...], remaining: int) -> list[str]:
    details = []
    facts = next((run.facts for run in runs if run.facts), {})
    download = facts.get("download")
    if download and "parameters" not in facts:
        text = _("downloading {dataset}: {done} of {total} MB")
        done, total = (f"{download[name] / 1e6:.0f}" for name in ("done_bytes", "total_bytes"))
        details.append(text.format(dataset=download["dataset"], done=done, total=total))
    if "parameters" in facts:
        details.append(_("{number} parameters").format(number=f"{facts['parameters']:,}"))
    if "device" in facts:
        details.append(_device(facts))
    if memory := gpu_memory(facts):
        details.append(_("GPU memory, at most: {size}").format(size=memory))
    if mode := step_mode(facts):
        details.append(_("steps {how}").format(how=mode))
    rate = steps_per_s(runs)
    if rate is not None:
        details.append(_("{rate} steps/s").format(rate=f"{rate:.1f}"))
        details.append(_("{time} left").format(time=duration(remaining / rate)))
    walls = [run.facts["wall_s"] for run in runs if run.facts.get("wall_s") is not None]
    if walls and all(run.state.is_finished() for run in runs):
        details.append(_("trained for {time}").format(time=duration(sum(walls))))
    waiting = [run for run in runs if run.state is RunState.QUEUED]
    if waiting:
        details.append(_waiting(waiting))
    return details or [_("Building the network …")]


def _device(facts: Mapping[str, Any]) -> str:
    if facts["device"] == "cpu":
        threads = int(facts.get("threads", 1))
        return ngettext("CPU, {n} thread", "CPU, {n} threads", threads).format(n=threads)
    return str(facts.get("device_name") or facts["device"])


def _waiting(runs: list[RunRecord]) -> str:
    supervisor = server.supervisor()
    positions = [p for run in runs if supervisor and (p := supervisor.queue_position(run.id)) is not None]
    if supervisor and not supervisor.machine.devices:
        return _("starting up, a few seconds")
    if not positions:
        return _("waiting for a free slot")
    return _("number {position} in the queue").format(position=min(positions))
