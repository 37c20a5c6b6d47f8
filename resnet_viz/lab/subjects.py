"""Which trained networks a question is about: the bundled pair, or those of a race."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.exports.weights import kept_weights
from resnet_viz.inspection.bundled import PAIRS, family_of
from resnet_viz.locale import N_
from resnet_viz.networks.families import network_type
from resnet_viz.store import GroupRecord, RunRecord, Store


def subject(
    store: Store, reference: str, step: int | None = None, *, with_path: bool = False
) -> tuple[dict[str, Any], ...]:
    """The networks that ``reference`` names, as a measurement is told of them; plain first.

    It is one of `PAIRS`, or the ID of a race or of one of its runs.

    Of a race with several seeds or types it is the first plain network and the first other one.

    Args:
        step: of a kept checkpoint; by default the newest of each.
        with_path: whether it is told of all checkpoints before that one too, as step and network.

    Raises:
        NotFound: there is no such race, or nothing was kept of it.
        InvalidSetting: its networks cannot be compared.
    """
    if reference in PAIRS:
        return tuple({"family": family_of(name), "model": f"bundled:{name}"} for name in PAIRS[reference])
    runs = _pair(_runs(store, reference))
    found = []
    for run in runs:
        path = kept_weights(store, run, step)
        told: dict[str, Any] = {"family": run.role, "model": _model(path)}
        if with_path:
            kept = sorted(saved.step for saved in store.checkpoints(run.id) if saved.kept)
            files = [(at, kept_weights(store, run, at)) for at in kept]
            told["path"] = [
                [at, _model(one)] for at, one in files[: [file for _at, file in files].index(path)]
            ]
        found.append(told)
    return tuple(found)


def _model(path: Path) -> str:
    return f"file:{path.absolute()}"


def steps_of(store: Store, reference: str) -> tuple[int, ...]:
    """The steps of which both networks were kept; none of bundled pairs."""
    if reference in PAIRS:
        return ()
    kept = [
        {saved.step for saved in store.checkpoints(run.id) if saved.kept}
        for run in _pair(_runs(store, reference))
    ]
    return tuple(sorted(set.intersection(*kept)))


def races(store: Store, owner: str, limit: int) -> list[GroupRecord]:
    """The latest races of ``owner`` of which both networks were kept."""
    found = []
    for group in store.groups(kind="race", owner=owner, limit=limit):
        try:
            if steps_of(store, group.id):
                found.append(group)
        except (NotFound, InvalidSetting):
            continue
    return found


def _runs(store: Store, reference: str) -> list[RunRecord]:
    try:
        group = store.group(reference)
    except NotFound:
        group = store.group(store.run(reference).group_id)
    return [store.run(run_id) for run_id in group.run_ids]


def _pair(runs: Sequence[RunRecord]) -> list[RunRecord]:
    by_role = {run.role: run for run in reversed(runs)}
    plain = [run for role, run in by_role.items() if network_type(role).role == "plain"]
    others = [run for role, run in by_role.items() if network_type(role).role != "plain"]
    if not plain or not others:
        raise InvalidSetting(
            "no_pair",
            N_("A question of the Lab compares a plain network with another; this race has no such pair."),
            field="run",
        )
    return [plain[-1], others[-1]]
