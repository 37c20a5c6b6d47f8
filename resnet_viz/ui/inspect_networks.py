"""Which two networks are looked into: those of a race or sweep at a kept checkpoint, or the bundled pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

import resnet_viz
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.figures.theme import ROLES
from resnet_viz.locale import gettext as _
from resnet_viz.specs import RaceSpec, Role
from resnet_viz.store import GroupRecord, RunRecord
from resnet_viz.ui import labels, server
from resnet_viz.ui.inspect_link import choose
from resnet_viz.ui.owner import owner
from resnet_viz.ui.race_recent import race_title

BUNDLED: Final = "bundled"
_GROUPS_LISTED: Final = 30


@dataclass(frozen=True, slots=True)
class Network:
    """One network as the desk knows it.

    Attributes:
        reference: what the desk loads.
        version: changes when the file does.
        step: updates its weights have seen; None for a bundled one.
    """

    role: Role
    reference: str
    version: int
    step: int | None = None

    @property
    def name(self) -> str:
        """``Plain`` or ``Residual`` in the reader's language."""
        return labels.label(labels.ROLES, self.role)


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared: one or two networks, plain first; ``steps`` are the checkpoints there are."""

    name: str
    networks: tuple[Network, ...]
    runs: tuple[RunRecord, ...] = ()
    steps: tuple[int, ...] = ()

    def at(self, step: int) -> tuple[Network, ...]:
        """The same networks at another of ``steps``."""
        return _networks(self.runs, step)


def bundled_path(role: Role) -> Path:
    """Where the bundled network's weights are."""
    return Path(resnet_viz.__file__).parents[1] / "assets" / "models" / f"{role}.safetensors"


def bundled_exist() -> bool:
    """Whether both bundled networks came with this installation."""
    return all(bundled_path(role).is_file() for role in ROLES)


def choose_networks() -> Pair | None:
    """Show the choice; None where there is no network at all, which is then said."""
    names, default = _offered()
    if default is None:
        st.info(
            _(
                "There is no trained network here yet, and the bundled pair is not part of this "
                "installation: its files are missing from assets/models. Run a race first; a minute "
                "is enough."
            ),
            icon=":material/info:",
        )
        st.page_link("../../pages/race.py", label=_("Go to the race"), icon=":material/flag:")
        return None
    titles = {name: _title(group) for name, group in names.items()}
    row = st.container(horizontal=True, gap="large", vertical_alignment="bottom")
    with row:
        chosen = choose(
            "networks",
            list(names),
            default,
            lambda key: st.selectbox(
                _("Networks"), list(names), format_func=titles.__getitem__, key=key, width=420
            ),
        )
    group = names[chosen]
    if group is None:
        networks = tuple(
            Network(role, f"bundled:{role}", bundled_path(role).stat().st_mtime_ns) for role in ROLES
        )
        st.caption(_("These come with their final weights only; train a race to see how they got there."))
        return Pair(BUNDLED, networks)
    cells = _cells(server.store().runs(group=group.id))
    with row:
        cell = _choose_cell(cells)
    runs = cells[cell]
    steps = _common_steps(runs)
    if not steps:
        st.info(
            _("These networks have no kept checkpoint yet; look again in a moment."), icon=":material/info:"
        )
        return None
    with row:
        step = _choose_step(steps)
    return Pair(f"{group.id}-{cell}" if len(cells) > 1 else group.id, _networks(runs, step), runs, steps)


def _offered() -> tuple[dict[str, GroupRecord | None], str | None]:
    """Everything there is to choose from, by its name in the link; the default first among equals."""
    store = server.store()
    groups = [group for group in store.groups(limit=_GROUPS_LISTED) if _has_weights(group)]
    linked = st.query_params.get("networks", "")
    if linked and linked != BUNDLED and linked not in {group.id for group in groups}:
        groups += _named(linked)
    found: dict[str, GroupRecord | None] = {BUNDLED: None} if bundled_exist() else {}
    found |= {group.id: group for group in groups}
    own = [group.id for group in groups if group.owner == owner()]
    return found, next(iter([*own, *found]), None)


def _named(group_id: str) -> list[GroupRecord]:
    try:
        group = server.store().group(group_id)
    except NotFound:
        return []
    return [group] if group.id == group_id and _has_weights(group) else []


def _has_weights(group: GroupRecord) -> bool:
    return any(server.store().checkpoints(run_id) for run_id in group.run_ids[:2])


def _title(group: GroupRecord | None) -> str:
    if group is None:
        return _("Bundled pair, trained on Fashion-MNIST")
    if group.kind == "race":
        try:
            title = race_title(RaceSpec.from_json(group.spec_json))
        except InvalidSetting:
            title = _("Race")
    else:
        title = _("Runs")
    return f"{group.name or title} · {group.id}"


def _cells(runs: Sequence[RunRecord]) -> dict[str, tuple[RunRecord, ...]]:
    """Runs that differ in their role only, by depth and seed; several of one kind are numbered."""
    cells: dict[str, tuple[RunRecord, ...]] = {}
    for run in runs:
        name = f"{run.spec.network.depth}-{run.seed}"
        number = 1
        while run.role in {other.role for other in cells.get(name, ())}:
            number += 1
            name = f"{run.spec.network.depth}-{run.seed}-{number}"
        cells[name] = tuple(sorted((*cells.get(name, ()), run), key=lambda one: ROLES.index(one.role)))
    return cells


def _choose_cell(cells: dict[str, tuple[RunRecord, ...]]) -> str:
    first = next(iter(cells))
    if len(cells) == 1:
        return first

    def title(cell: str) -> str:
        run = cells[cell][0]
        return _("depth {depth}, seed {seed}").format(depth=run.spec.network.depth, seed=run.seed)

    return choose(
        "cell",
        list(cells),
        first,
        lambda key: st.selectbox(_("Depth and seed"), list(cells), format_func=title, key=key, width=220),
    )


def _choose_step(steps: tuple[int, ...]) -> int:
    if len(steps) == 1:
        return steps[0]
    return choose(
        "step",
        steps,
        steps[-1],
        lambda key: st.select_slider(
            _("Checkpoint"),
            steps,
            format_func=lambda step: _("step {step}").format(step=f"{step:,}"),
            key=key,
            width=360,
            help=_("The weights after this many training steps. Step 0 is the untrained network."),
        ),
    )


def _common_steps(runs: Sequence[RunRecord]) -> tuple[int, ...]:
    kept = [{saved.step for saved in server.store().checkpoints(run.id)} for run in runs]
    return tuple(sorted(set.intersection(*kept))) if kept else ()


def _networks(runs: Sequence[RunRecord], step: int) -> tuple[Network, ...]:
    return tuple(_network(run, step) for run in runs)


def _network(run: RunRecord, step: int) -> Network:
    store = server.store()
    saved = next(found for found in store.checkpoints(run.id) if found.step == step)
    path = (store.run_folder(run.id) / saved.path).absolute()
    version = path.stat().st_mtime_ns if path.is_file() else 0
    return Network(run.role, f"file:{path}", version, step)
