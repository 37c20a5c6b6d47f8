"""What Inspect offers to look into, and what it is called."""

import pytest

from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.store import GroupRecord, RunRecord, Store
from resnet_viz.ui.inspection.cells import pair_up, titles
from resnet_viz.ui.inspection.choose_networks import _title
from resnet_viz.ui.permissions import LOCAL
from tests.made.stored import start_race

FAMILIES = ("plain", "residual", "residual+projection", "plain+group", "residual+group")


@pytest.fixture
def sweep(store: Store) -> GroupRecord:
    return start_experiment(
        store, SWEEP, SWEEP.start("quick").but(families=FAMILIES, depths=(8, 14), seeds=2), LOCAL
    )


def shortcuts(runs: tuple[RunRecord, ...]) -> tuple[str, ...]:
    return tuple(run.spec.network.shortcut for run in runs)


def test_a_sweep_is_called_a_sweep(store: Store, sweep: GroupRecord) -> None:
    assert _title(sweep.id, sweep) == f"Sweep · Quick · depths 8 to 14 · {sweep.id}"


def test_a_race_is_called_a_race_and_an_own_name_comes_first(store: Store) -> None:
    race = start_race(store)
    assert _title(race.id, race) == f"Race · Custom · depth 8 · {race.id}"
    store.library.label_group(race.id, name="Monday")
    assert _title(race.id, store.group(race.id)) == f"Monday · {race.id}"


def test_a_single_run_says_its_network(store: Store) -> None:
    spec = store.run(start_race(store).run_ids[1]).spec
    single = store.add_group("single", LOCAL, spec.to_json(), [spec])
    assert _title(single.id, single) == f"Single run · Residual-8 · {single.id}"


def test_the_two_networks_of_a_cell_differ_in_their_shortcuts_only(store: Store, sweep: GroupRecord) -> None:
    cells = pair_up(store.runs(group=sweep.id))
    assert len(cells) == 2 * 2 * 3
    for plain, residual in cells.values():
        assert plain.seed == residual.seed
        assert plain.spec.network.but(shortcut=residual.spec.network.shortcut) == residual.spec.network
    seen = {run.id for cell in cells.values() for run in cell}
    assert seen == set(sweep.run_ids)


def test_no_two_cells_have_one_title(store: Store, sweep: GroupRecord) -> None:
    named = titles(pair_up(store.runs(group=sweep.id)))
    assert len(set(named.values())) == len(named)
    assert "depth 8, seed 1 · Batch · B: projection where the shape changes" in named.values()
    assert "depth 14, seed 0 · Group · A: identity, zero-padded channels" in named.values()


def test_a_race_of_two_seeds_needs_no_more_than_depth_and_seed(store: Store) -> None:
    sweep = start_experiment(store, SWEEP, SWEEP.start("quick").but(depths=(8,), seeds=2), LOCAL)
    cells = pair_up(store.runs(group=sweep.id))
    assert titles(cells) == {"8-0": "depth 8, seed 0", "8-1": "depth 8, seed 1"}
    assert [shortcuts(cell) for cell in cells.values()] == [("none", "identity")] * 2


def test_the_same_network_twice_is_told_apart_by_its_run(store: Store) -> None:
    spec = store.run(start_race(store).run_ids[0]).spec
    group = store.add_group("import", LOCAL, "{}", [spec, spec])
    named = titles(pair_up(store.runs(group=group.id)))
    assert list(named) == ["8-0", "8-0-2"]
    assert len(set(named.values())) == 2
    assert all("Plain" in title for title in named.values())
