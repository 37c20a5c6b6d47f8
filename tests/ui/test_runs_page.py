"""The Runs page without a browser: what it lists, what can be done with what is chosen, and by whom."""

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.events import RunState, Wish
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.exports import import_runs
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.jobs.retries import Retries
from resnet_viz.store import GroupRecord, Labels, RunQuery, Store, export_json
from resnet_viz.ui.permissions import LOCAL
from resnet_viz.ui.runs.compare import families, is_race, names
from resnet_viz.ui.runs.rows import bundled_id, recordings
from resnet_viz.ui.runs.state import RUNS
from resnet_viz.wording import data_size
from tests.made.specs import sweep as small_sweep
from tests.made.stored import claimed, end, start_race, train_race
from tests.ui.shown import Shown
from tests.ui.test_pages import MAIN, open_page, texts

_BUNDLED_RUNS = [bundled_id(recording, run) for recording in recordings() for run in recording.runs]


def choose(app: AppTest, *run_ids: str) -> AppTest:
    app.session_state[RUNS.chosen_key] = list(run_ids)
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def test_runs_and_bundled_recordings_are_listed(shown: Shown, race: GroupRecord) -> None:
    open_page("runs", view="runs")
    assert [row.id for row in shown.rows[:2]] == list(race.run_ids)
    assert [shown.rows[0].cells[place] for place in (0, 2, 5)] == ["Plain-8", "0", "Finished"]
    assert [row.id for row in shown.rows[2:]] == _BUNDLED_RUNS[:48]
    assert "bundled" in shown.rows[2].cells


def test_search_and_filters_come_from_the_link(shown: Shown, race: GroupRecord) -> None:
    open_page("runs", view="runs", q="residual-8")
    assert shown.ids == [race.run_ids[1]]
    app = open_page("runs", view="runs", network="plain,nonsense")
    assert {row.role for row in shown.rows} == {"plain"}
    assert app.query_params["network"] == "plain"
    app.text_input(key="runs_q@en").set_value("no such thing").run()
    assert "No matching runs" in app.info[0].value
    assert app.query_params["q"] == "no such thing"
    open_page("runs", view="runs", only="pinned")
    assert {row.role for row in shown.rows} == {"plain"}, "nothing is pinned, so no table is shown"


def test_pin_and_labels_are_written(store: Store, race: GroupRecord) -> None:
    app = choose(open_page("runs", view="runs"), race.run_ids[0])
    press(app, "runs_pin")
    assert store.run(race.run_ids[0]).pinned
    app.text_input(key=f"runs_name_{race.run_ids[0]}").set_value("best")
    app.text_input(key=f"runs_tags_{race.run_ids[0]}").set_value("demo, class")
    press(app, f"runs_save_{race.run_ids[0]}")
    run = store.run(race.run_ids[0])
    assert (run.name, run.tags) == ("best", ("demo", "class"))


def test_a_deletion_can_be_undone(shown: Shown, store: Store, race: GroupRecord) -> None:
    app = choose(open_page("runs", view="runs"), *race.run_ids)
    press(app, "runs_delete")
    assert "2 runs were deleted: Plain-8, seed 0; Residual-8, seed 0" in texts(app)
    assert not store.runs()
    assert not shown.ids
    press(app, "runs_undo")
    assert {run.id for run in store.runs()} == set(race.run_ids)
    assert "were deleted" not in texts(app)


def test_a_run_in_training_is_stopped_and_deleted_in_one_and_comes_back_stopped(
    store: Store, shown: Shown
) -> None:
    group = start_race(store)
    train_race(store, group, end=None)
    app = choose(open_page("runs", view="runs"), group.run_ids[0])
    assert app.button(key="runs_delete").label == "Stop and delete"
    press(app, "runs_delete")
    assert "1 run was stopped and deleted: Plain-8, seed 0" in texts(app)
    assert shown.ids == [group.run_ids[1]]
    assert store.run(group.run_ids[0]).desired.wish is Wish.STOP
    press(app, "runs_undo")
    assert shown.ids == list(group.run_ids)
    assert app.session_state[RUNS.chosen_key] == [group.run_ids[0]]


def test_a_refusal_names_the_run_as_people_know_it(store: Store) -> None:
    stopped = start_race(store)
    train_race(store, stopped, end=RunState.STOPPED)
    app = choose(open_page("runs", view="runs"), stopped.run_ids[0])
    store.resume(stopped.run_ids[0])  # in another tab
    claimed(store, stopped.run_ids[0])
    press(app, "runs_delete")
    assert app.error[0].value == "Run Plain-8, seed 0 is being trained; stop it before deleting it."


def test_a_bundled_recording_is_compared_but_never_deleted() -> None:
    app = choose(open_page("runs", view="runs"), *_BUNDLED_RUNS[:2])
    assert "can be compared, but not changed or deleted" in texts(app)
    press(app, "runs_compare")
    assert "How the gradient reaches the layers" in [header.value for header in app.subheader]
    assert app.button(key="runs_delete").disabled


def test_what_others_started_can_only_be_looked_at(store: Store) -> None:
    group = start_race(store, owner="somebody else")
    train_race(store, group)
    app = choose(open_page("runs", view="runs"), group.run_ids[0])
    assert app.button(key="runs_delete").disabled
    assert {"runs_pin", "runs_again"} & {button.key for button in app.button} == {"runs_again"}
    assert "started in another browser" in texts(app)


def test_a_race_is_repeated_as_a_whole_with_the_next_seed(store: Store, race: GroupRecord) -> None:
    press(choose(open_page("runs", view="runs"), race.run_ids[0]), "runs_again")
    newest = store.groups(kind="race", limit=1)[0]
    assert newest.id != race.id
    assert [run.seed for run in store.runs(group=newest.id)] == [1, 1]
    assert Experiment.from_json(newest.spec_json).run.train.seed == 1


def test_stop_and_resume_reach_the_store(store: Store) -> None:
    group = start_race(store)
    train_race(store, group, end=None)
    app = choose(open_page("runs", view="runs"), *group.run_ids)
    press(app, "runs_stop")
    assert {run.desired.wish for run in store.runs()} == {Wish.STOP}
    stopped = start_race(store)
    train_race(store, stopped, end=RunState.STOPPED)
    press(choose(open_page("runs", view="runs"), *stopped.run_ids), "runs_resume")
    assert {run.state for run in store.runs(group=stopped.id)} == {RunState.QUEUED}


def test_a_stopped_sweep_stays_stopped(store: Store) -> None:
    """Its cells that broke off are not taken up again, as they otherwise would be."""
    sweep = start_experiment(store, SWEEP, small_sweep(), owner=LOCAL)
    lost, failed, *_waiting = sweep.run_ids
    for run_id, state in ((lost, RunState.LOST), (failed, RunState.FAILED)):
        end(store, run_id, state)
    press(choose(open_page("runs", view="runs"), *sweep.run_ids), "runs_stop")
    Retries(store).look()
    assert [store.run(run_id).state.value for run_id in sweep.run_ids] == [
        "lost",
        "failed",
        "stopped",
        "stopped",
    ]


def test_an_exported_run_is_imported_and_marked(
    shown: Shown, store: Store, race: GroupRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = orjson.dumps(export_json(store, race.run_ids[1]))
    app = open_page("runs", view="runs")
    app.session_state["runs_import_open"] = True
    app.run()
    app.file_uploader(key="runs_import_file_0").set_value([("run.json", file, "application/json")]).run()
    assert not app.exception
    assert "1 run was imported: Residual-8, seed 0" in texts(app)
    imported = store.library.find(RunQuery(origin="imported")).rows
    assert [(run.role, run.state) for run in imported] == [("residual", RunState.FINISHED)]
    assert app.session_state[RUNS.chosen_key] == [imported[0].id]
    assert any("imported · run.json" in cell for row in shown.rows for cell in row.cells)
    open_page("runs", view="groups")
    assert "run.json · imported" in {row.cells[0] for row in shown.rows}
    app.run()
    assert store.library.find(RunQuery(origin="imported")).total == 1, "once, however often the page is drawn"
    app.file_uploader(key="runs_import_file_1").set_value([("run.json", b"{}", "application/json")]).run()
    assert "not an exported run" in app.error[0].value
    assert "not an exported run" in app.run().error[0].value, "as long as the file stands there"


def test_disk_space_and_restoring(store: Store, race: GroupRecord) -> None:
    store.library.delete([race.run_ids[0]])
    app = open_page("runs", view="runs")
    app.session_state["runs_storage_open"] = True
    app.run()
    assert not app.exception
    press(app, f"runs_restore_{race.run_ids[0]}")
    assert store.run(race.run_ids[0]).deleted_at is None


def test_pages_of_fifty(shown: Shown, store: Store) -> None:
    for _ in range(27):
        start_race(store)
    total = 54 + len(_BUNDLED_RUNS)
    app = open_page("runs", view="runs")
    assert len(shown.rows) == 50
    press(app, "runs_next")
    assert len(shown.ids) == 4
    assert f"51–{min(100, total)} of {total}" in texts(app)


def test_the_page_is_chinese_too(race: GroupRecord) -> None:
    app = AppTest.from_file(str(MAIN), default_timeout=20)
    app.query_params["lang"] = "zh"
    app.run().switch_page("../../pages/runs.py").run()
    assert not app.exception


def test_a_set_is_a_race_only_where_nothing_but_the_shortcut_differs() -> None:
    members = RACE.presets["degradation"].spec.but(seeds=2).runs()
    assert is_race(members)
    assert is_race(members[:1])
    assert not is_race([*members, members[0]])
    deeper = members[0].but(network=members[0].network.but(depth=56))
    assert not is_race([members[0], deeper])
    longer = members[1].but(train=members[1].train.but(steps=400))
    assert not is_race([members[0], longer])
    others = [member.but(network=member.network.but(shortcut="projection")) for member in members[1::2]]
    assert is_race([*members, *others])
    assert set(families(spec.network for spec in members).values()) == {"plain", "residual"}
    assert set(families(spec.network for spec in (*members, *others)).values()) == {
        "plain",
        "residual+identity",
        "residual+projection",
    }
    assert names([members[0], deeper], ["08:00", "08:00"]) == ["Plain-32", "Plain-56"]
    assert names([members[0]] * 2, ["08:00", "09:00"]) == ["Plain-32 · 08:00", "Plain-32 · 09:00"]
    assert names([members[0]] * 2, ["08:00"] * 2) == ["Plain-32 · 08:00 (1)", "Plain-32 · 08:00 (2)"]


@pytest.mark.parametrize(
    ("count", "text"), [(0, "–"), (200, "1 kB"), (12_345, "12 kB"), (3_400_000, "3.4 MB"), (1.25e9, "1.2 GB")]
)
def test_sizes_are_for_people(count: float, text: str) -> None:
    assert data_size(int(count)) == text


def test_notes_and_pins_are_in_the_row(store: Store, race: GroupRecord, shown: Shown) -> None:
    store.library.label(race.run_ids[:1], Labels(name="a name", notes="two\nlines", pinned=True))
    open_page("runs", view="runs")
    assert shown.rows[0].cells[:2] == ("★ Plain-8", "a name")
    assert "two lines" in shown.rows[0].cells


def test_an_imported_run_is_not_resumed_and_the_page_says_why(store: Store, race: GroupRecord) -> None:
    exported = export_json(store, race.run_ids[0])
    exported["run"]["state"] = "running"
    (run_id,) = import_runs(store, LOCAL, orjson.dumps(exported)).run_ids
    assert store.run(run_id).state is RunState.STOPPED
    app = choose(open_page("runs", view="runs"), run_id)
    assert "runs_resume" not in {button.key for button in app.button}
    assert "Imported runs cannot be continued" in texts(app)
    press(app, "runs_again")
    assert [run.seed for run in store.runs(group=store.groups(kind="single")[0].id)] == [1]
    assert "Imported runs" not in texts(choose(app, race.run_ids[0]))


def test_what_has_no_curves_is_not_compared(store: Store) -> None:
    app = press(choose(open_page("runs", view="runs"), *start_race(store).run_ids), "runs_compare")
    assert "no curves to compare" in texts(app)
