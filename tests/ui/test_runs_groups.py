"""The groups on the Runs page without a browser: what a line says, and what is done with a whole group."""

import numpy as np
from streamlit.testing.v1 import AppTest

from resnet_viz.events import RunState, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.store import GroupRecord, Store
from resnet_viz.ui.permissions import LOCAL
from resnet_viz.ui.runs.group_rows import Outcome, columns, in_short
from resnet_viz.ui.runs.rows import bundled_id, recordings
from resnet_viz.ui.runs.state import GROUPS, RUNS
from tests.made.specs import SMALL_RACE
from tests.made.stored import measured, start_race, train_race, write
from tests.ui.shown import Shown
from tests.ui.test_pages import open_page, texts
from tests.ui.test_runs_page import press

_ACCURACY = {("plain", 8): 0.75, ("residual", 8): 0.75, ("plain", 14): 0.25, ("residual", 14): 0.5}


def sweep(store: Store) -> GroupRecord:
    """A finished sweep of this browser; a race has already trained its cells of depth 8."""
    spec = Experiment(run=SMALL_RACE.run, depths=(8, 14))
    group = start_experiment(store, SWEEP, spec, LOCAL)
    for run_id in group.run_ids:
        run = store.run(run_id)
        known = _ACCURACY[run.role, run.spec.network.depth]
        events = measured(
            np.linspace(2, 1, 30), np.linspace(0.1, 0.5, 30), tested=0.5, test_accuracy=known, wall_s=10.0
        )
        write(store, run_id, *events, StateChanged(RunState.FINISHED))
    return group


def open_groups(*chosen: str) -> AppTest:
    app = open_page("runs")
    app.session_state[GROUPS.chosen_key] = list(chosen)
    app.run()
    assert not app.exception
    return app


def cells(shown: Shown, group_id: str) -> dict[str, str]:
    """By heading."""
    (row,) = [row for row in shown.rows if row.id == group_id]
    return dict(zip([column.title for column in columns()], row.cells, strict=True))


def test_a_line_sums_its_group_up(shown: Shown, store: Store, race: GroupRecord) -> None:
    group = sweep(store)
    open_groups()
    assert shown.ids == [group.id, race.id]
    found = cells(shown, group.id)
    assert found["Group of runs"].startswith("Sweep")
    assert found["Group of runs"].endswith("depths 8 to 14")
    assert (found["State"], found["Runs"]) == ("Finished", "4 / 4")
    assert found["Test accuracy"] == "Plain 25.0%, Residual 50.0% at depth 14"
    assert found["Time"] == "20 s", "of the two that this sweep trained"
    found = cells(shown, race.id)
    assert found["Group of runs"] == "Race · Custom · depth 8"
    assert (found["State"], found["Runs"]) == ("Finished", "2")
    assert [row.id for row in shown.rows[2:]] == [bundled_id(recording) for recording in recordings()]


def test_the_result_in_short_is_that_of_the_greatest_common_depth() -> None:
    assert in_short([]) == "–"
    assert in_short([Outcome("plain", 8, None)]) == "–"
    assert in_short([Outcome("plain", 8, 0.5), Outcome("residual", 8, 0.75)]) == "Plain 50.0%, Residual 75.0%"
    several = [Outcome("plain", 8, 0.5), Outcome("residual", 8, 0.7), Outcome("residual", 8, 0.8)]
    assert in_short(several) == "Plain 50.0%, Residual 75.0%"
    assert in_short([*several, Outcome("plain", 20, 0.1)]) == "Plain 50.0%, Residual 75.0% at depth 8"
    assert (
        in_short([Outcome("residual", 8, 0.5), Outcome("residual", 14, 0.25)]) == "Residual 25.0% at depth 14"
    )


def test_a_group_is_named_pinned_and_deleted_as_a_whole(
    shown: Shown,
    store: Store,
    race: GroupRecord,
) -> None:
    app = open_groups(race.id)
    assert "1 group selected" in texts(app)
    app.text_input(key=f"groups_name_{race.id}").set_value("Monday")
    app.text_area(key=f"groups_notes_{race.id}").set_value("why")
    press(app, f"groups_save_{race.id}")
    assert store.group(race.id).name == "Monday"
    assert (cells(shown, race.id)["Name"], cells(shown, race.id)["Notes"]) == ("Monday", "why")
    press(app, "groups_pin")
    assert all(run.pinned for run in store.runs(group=race.id))
    assert cells(shown, race.id)["Group of runs"].startswith("★ Race")
    press(app, "groups_delete")
    assert "2 runs were deleted: Plain-8, seed 0; Residual-8, seed 0" in texts(app)
    assert shown.ids == []
    assert "group selected" not in texts(app)
    press(app, "runs_undo")
    assert shown.ids == [race.id]
    assert len(store.runs(group=race.id)) == 2


def test_deleting_a_sweep_leaves_what_others_trained(store: Store, race: GroupRecord) -> None:
    group = sweep(store)
    press(open_groups(group.id), "groups_delete")
    assert {run.id for run in store.runs()} == set(race.run_ids)


def test_a_sweep_is_repeated_as_a_whole_with_the_next_seed(store: Store, race: GroupRecord) -> None:
    group = sweep(store)
    app = press(open_groups(group.id), "groups_again")
    newest = store.groups(kind="sweep", limit=1)[0]
    assert newest.id != group.id
    spec = Experiment.from_json(newest.spec_json)
    assert (spec.depths, spec.run.train.seed, len(newest.run_ids)) == ((8, 14), 1, 4)
    assert app.session_state[GROUPS.chosen_key] == [newest.id]


def test_from_a_group_to_its_runs_and_back(shown: Shown, store: Store, race: GroupRecord) -> None:
    start_race(store, owner="somebody else")
    app = press(open_groups(race.id), "groups_list_runs")
    assert shown.ids == list(race.run_ids)
    app.session_state[RUNS.chosen_key] = list(race.run_ids[:1])
    app.run()
    press(app, "runs_its_group")
    assert len(shown.ids) == 2
    assert app.session_state[GROUPS.chosen_key] == [race.id]


def test_what_others_started_is_not_changed_as_a_group_either(store: Store) -> None:
    group = start_race(store, owner="somebody else")
    train_race(store, group)
    app = open_groups(group.id)
    assert app.button(key="groups_delete").disabled
    assert "groups_pin" not in {button.key for button in app.button}
    assert not any((field.key or "").startswith("groups_name_") for field in app.text_input)


def test_a_bundled_recording_is_a_group_that_is_only_compared() -> None:
    recording = recordings()[0]
    app = open_groups(bundled_id(recording))
    assert "can be compared, but not changed or deleted" in texts(app)
    assert app.button(key="groups_delete").disabled
