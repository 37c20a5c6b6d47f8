"""What the pages do when runs they show have been deleted."""

from streamlit.testing.v1 import AppTest

from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.store import GroupRecord, RunQuery, Store
from resnet_viz.ui.permissions import LOCAL
from tests.made.specs import SMALL_RACE
from tests.made.stored import start_race, train_race
from tests.ui.test_pages import open_page, texts


def open_race(group: GroupRecord) -> AppTest:
    return open_page("race", race=group.id)


def test_a_race_whose_runs_were_all_deleted_says_so_and_can_be_restored(
    store: Store, race: GroupRecord
) -> None:
    store.library.delete(race.run_ids)
    app = open_race(race)
    assert "2 runs of this experiment were deleted: Plain-8, seed 0; Residual-8, seed 0." in texts(app)
    assert "can be restored at least until 20" in texts(app)
    app.button(key=f"race_restore_{race.id}").click().run()
    assert not app.exception
    assert all(store.run(run_id).deleted_at is None for run_id in race.run_ids)
    assert "were deleted" not in texts(app)
    assert "In this run: residual 0.998, plain 1.50" in texts(app)


def test_half_a_pair_has_no_verdict_and_the_page_says_what_is_missing(
    store: Store, race: GroupRecord
) -> None:
    store.library.delete(race.run_ids[:1])
    app = open_race(race)
    assert "1 run of this experiment was deleted: Plain-8, seed 0." in texts(app)
    assert "one of the two networks is missing" in texts(app)
    assert "Nothing measured yet" not in texts(app)
    assert "Seeds finished" not in texts(app)


def test_a_race_is_judged_by_the_seeds_that_are_left(store: Store) -> None:
    group = start_experiment(store, RACE, SMALL_RACE.but(seeds=3), LOCAL)
    train_race(store, group)
    store.library.delete(group.run_ids[-1:])
    app = open_race(group)
    assert "In these two seeds:" in texts(app)
    assert "Seeds finished" not in texts(app)
    assert "Residual-8, seed 2" in texts(app)


def test_what_was_removed_for_good_is_named(store: Store, race: GroupRecord) -> None:
    store.library.delete(race.run_ids[:1])
    store.library.purge(only=race.run_ids[:1])
    app = open_race(race)
    assert any("Deleted permanently: Plain-8, seed 0." in info.value for info in app.info)


def test_another_browser_may_not_restore(store: Store) -> None:
    group = start_race(store, owner="somebody else")
    store.library.delete(group.run_ids)
    app = open_race(group)
    assert "Only the browser that started it" in texts(app)
    assert not [button for button in app.button if (button.key or "").startswith("race_restore")]


def storage(store: Store) -> AppTest:
    app = open_page("runs")
    app.session_state["runs_storage_open"] = True
    app.run()
    assert not app.exception
    return app


def deleted_races(store: Store, count: int, owner: str = LOCAL) -> list[str]:
    ids = [run_id for _number in range(count) for run_id in start_race(store, owner).run_ids]
    store.library.delete(ids)
    return ids


def restorable(app: AppTest) -> set[str]:
    keys = [button.key or "" for button in app.button]
    return {key.removeprefix("runs_restore_") for key in keys if key.startswith("runs_restore_")}


def test_all_deleted_runs_can_be_reached_restored_and_removed_for_good(store: Store) -> None:
    ids = set(deleted_races(store, 18))
    app = storage(store)
    first = restorable(app)
    app.button(key="runs_deleted_next").click().run()
    second = restorable(app)
    assert first | second == ids
    assert not first & second
    app.button(key="runs_purge_go").click().run()
    assert not app.exception
    left = {run.id for run in store.library.find(_deleted()).rows}
    assert left == first  # what was on the other page has not been seen
    app.button(key="runs_deleted_restore").click().run()
    assert not app.exception
    assert not store.library.find(_deleted()).total


def test_for_good_removes_what_was_shown_and_nothing_deleted_since(store: Store) -> None:
    ids = deleted_races(store, 1)
    app = storage(store)
    later = deleted_races(store, 1)
    strangers = deleted_races(store, 1, owner="somebody else")
    app.button(key="runs_purge_go").click().run()
    assert not app.exception
    left = {run.id for run in store.library.find(_deleted()).rows}
    assert left == {*later, *strangers}
    assert not left & set(ids)


def _deleted() -> RunQuery:

    return RunQuery(deleted=True)


def test_a_sweep_whose_runs_were_all_deleted_offers_to_go_on(store: Store) -> None:
    spec = SWEEP.start("quick").but(depths=(8,))
    group = start_experiment(store, SWEEP, spec, LOCAL)
    store.library.delete(group.run_ids)
    app = open_page("depth", sweep=group.id, depths="8")
    assert app.button(key="depth_start").label == "Continue the sweep"
    assert not app.button(key="depth_resume").disabled


def test_a_race_is_extended_by_the_seeds_that_are_asked_for(store: Store, race: GroupRecord) -> None:
    """The form of an open race asks for more of it, and the page adds just that."""
    app = open_page(
        "race", **{**RACE.to_link(RACE.preset_of(SMALL_RACE), SMALL_RACE.but(seeds=2)), "race": race.id}
    )
    assert app.button(key="race_start").label == "Add these seeds"
    app.button(key="race_start").click().run()
    assert not app.exception
    extended = store.group(race.id)
    assert extended.run_ids[:2] == race.run_ids
    assert [store.run(run_id).seed for run_id in extended.run_ids[2:]] == [1, 1]
    assert "".join(app.query_params["race"]) == race.id


def test_a_sweep_shows_that_its_pairs_differ_in_the_skip_connection_alone(store: Store) -> None:
    sweep = start_experiment(store, SWEEP, SWEEP.start("quick").but(depths=(8, 14)), LOCAL)
    train_race(store, sweep)
    app = open_page("depth", sweep=sweep.id)
    assert any("The networks differ only in the skip connection." in one.label for one in app.expander)
