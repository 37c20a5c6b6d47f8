"""Which trained networks a question is about: the bundled pair, or those of a race."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import RunState
from resnet_viz.exports.weights import kept_weights
from resnet_viz.inspection.bundled import PAIRS, family_of
from resnet_viz.jobs.experiments import spec_of
from resnet_viz.locale import N_
from resnet_viz.networks.families import network_type
from resnet_viz.store import GroupRecord, RunRecord, Store
from resnet_viz.wording import Sentence, clauses, sentence, with_commas

Told = tuple[dict[str, Any], ...]
"""The networks of a pair as a measurement is told of them; plain first."""
_Pair = tuple[RunRecord, RunRecord]

_DELETED: Final = sentence(N_("deleted"))
_DIVERGED: Final = sentence(N_("diverged"))
_NOT_FINISHED: Final = sentence(N_("not finished"))
_NOTHING_KEPT: Final = sentence(N_("no checkpoint"))


class Subjects(NamedTuple):
    """What a question is about.

    Attributes:
        pairs: one for each seed that is taken, at least one.
        seeds: theirs; empty where nobody asked for a seed, as with bundled pairs.
        left_out: the other seeds of the race, and why.
    """

    pairs: tuple[Told, ...]
    seeds: tuple[int, ...] = ()
    left_out: tuple[tuple[int, Sentence], ...] = ()

    @property
    def only(self) -> Sentence | None:
        """That a script is about one seed, where there are several."""
        if len(self.seeds) < 2:
            return None
        return sentence(N_("The script takes one pair of networks, that of seed {seed}."), seed=self.seeds[0])

    def said(self, *, takes_one: bool) -> list[Sentence]:
        """Which seeds are taken and which are not; nothing where there is one and no other.

        ``takes_one``: whether the question is about the first pair alone.
        """
        if len(self.seeds) + len(self.left_out) < 2:
            return []
        if takes_one:
            said = N_("This question takes one pair of networks, that of seed {seed}.")
            return [sentence(said, seed=self.seeds[0])]
        found = [sentence(N_("Seeds: {seeds}."), seeds=with_commas(map(str, self.seeds)))]
        if self.left_out:
            each = [sentence(N_("seed {seed} ({why})"), seed=seed, why=why) for seed, why in self.left_out]
            found.append(sentence(N_("Left out: {seeds}."), seeds=clauses(each)))
        return found


def subjects(store: Store, reference: str, step: int | None = None, *, with_path: bool = False) -> Subjects:
    """The networks that ``reference`` names.

    It is one of `PAIRS`, or the ID of a race, which is all its seeds, or of one of its runs, which is the
    seed of that run. A pair of a seed is its plain network and the race's first other one. Those that are
    not finished are left out, unless none is: then it is the first pair, as far as it has come.

    Args:
        step: of a kept checkpoint; by default the newest of each.
        with_path: whether it is told of all checkpoints before that one too, as step and network.

    Raises:
        NotFound: there is no such race, or nothing was kept of it.
        InvalidSetting: its networks cannot be compared.
    """
    if reference in PAIRS:
        names = PAIRS[reference]
        return Subjects((tuple({"family": family_of(name), "model": f"bundled:{name}"} for name in names),))
    seeds, runs = _members(store, reference)
    pairs = _pairs(runs)
    left_out = dict.fromkeys(seeds - pairs.keys(), _DELETED)
    taken: dict[int, _Pair] = {}
    for seed, pair in pairs.items():
        why = _unusable(store, pair, step)
        if why is None:
            taken[seed] = pair
        else:
            left_out[seed] = why
    if not taken:
        first = next((seed for seed, pair in pairs.items() if _steps(store, pair)), min(pairs))
        taken = {first: pairs[first]}
        left_out.pop(first, None)
    told = tuple(
        tuple(_told(store, run, step, with_path=with_path) for run in pair) for pair in taken.values()
    )
    return Subjects(told, tuple(taken), tuple(sorted(left_out.items(), key=lambda one: one[0])))


def steps_of(store: Store, reference: str) -> tuple[int, ...]:
    """The steps of which both networks of a seed were kept; none of bundled pairs."""
    if reference in PAIRS:
        return ()
    _seeds, runs = _members(store, reference)
    return tuple(sorted(set[int]().union(*(_steps(store, pair) for pair in _pairs(runs).values()))))


def races(store: Store, owner: str, limit: int) -> list[GroupRecord]:
    """The latest races of ``owner`` of which both networks of a seed were kept."""
    found = []
    for group in store.groups(kind="race", owner=owner, limit=limit):
        try:
            pairs = _pairs(_runs(store, group))
        except (NotFound, InvalidSetting):
            continue
        if any(_steps(store, pair) for pair in pairs.values()):
            found.append(group)
    return found


def _members(store: Store, reference: str) -> tuple[set[int], list[RunRecord]]:
    """The seeds that are meant, also where their runs are deleted, and the runs that are there."""
    try:
        group = store.group(reference)
    except NotFound:
        named = store.run(reference)
        group = store.group(named.group_id)
        return {named.seed}, [run for run in _runs(store, group) if run.seed == named.seed]
    runs = _runs(store, group)
    seeds = {run.seed for run in runs}
    try:
        return seeds | {cell.seed for cell in spec_of(group).cells()}, runs
    except InvalidSetting:  # it is no experiment: an import
        return seeds, runs


def _runs(store: Store, group: GroupRecord) -> list[RunRecord]:
    return [store.run(run_id) for run_id in group.run_ids]


def _pairs(runs: Sequence[RunRecord]) -> dict[int, _Pair]:
    """By seed, ascending: the plain network and the first type beside it, where both are there."""
    by_role: dict[str, dict[int, RunRecord]] = {}
    for run in runs:
        by_role.setdefault(run.role, {}).setdefault(run.seed, run)
    plain = next((of for role, of in by_role.items() if network_type(role).role == "plain"), {})
    other = next((of for role, of in by_role.items() if network_type(role).role != "plain"), {})
    both = sorted(plain.keys() & other.keys())
    if not both:
        raise InvalidSetting(
            "no_pair",
            N_("A question of the Lab compares a plain network with another; this race has no such pair."),
            field="run",
        )
    return {seed: (plain[seed], other[seed]) for seed in both}


def _unusable(store: Store, pair: _Pair, step: int | None) -> Sentence | None:
    """Why the pair is left out; None where it is not."""
    kept = _steps(store, pair)
    if step is not None:
        return None if step in kept else sentence(N_("no checkpoint of step {step}"), step=step)
    if any(run.state is RunState.DIVERGED for run in pair):
        return _DIVERGED
    if any(run.state is not RunState.FINISHED for run in pair):
        return _NOT_FINISHED
    return None if kept else _NOTHING_KEPT


def _steps(store: Store, pair: _Pair) -> set[int]:
    """Of which both networks were kept and are still on disk."""
    plain, other = (
        {
            saved.step
            for saved in store.checkpoints(run.id)
            if saved.kept and (store.run_folder(run.id) / saved.path).is_file()
        }
        for run in pair
    )
    return plain & other


def _told(store: Store, run: RunRecord, step: int | None, *, with_path: bool) -> dict[str, Any]:
    path = kept_weights(store, run, step)
    told: dict[str, Any] = {"family": run.role, "model": _model(path)}
    if with_path:
        kept = sorted(saved.step for saved in store.checkpoints(run.id) if saved.kept)
        files = [(at, kept_weights(store, run, at)) for at in kept]
        before = files[: [file for _at, file in files].index(path)]
        told["path"] = [[at, _model(one)] for at, one in before]
    return told


def _model(path: Path) -> str:
    return f"file:{path.absolute()}"
