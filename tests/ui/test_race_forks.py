"""Forks on the Race page: what can be chosen, what is started, what becomes of charts, table and verdict."""

import csv
import io
import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.checkpoint_files import position_file
from resnet_viz.events import Desired, Event, RunState, StateChanged, Wish
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.jobs.forks import FORK, start_fork
from resnet_viz.store import GroupRecord, Store
from resnet_viz.training.loop import train
from resnet_viz.ui.experiment.results import _table_csv, _table_json
from resnet_viz.ui.experiment.view import ExperimentSource
from resnet_viz.ui.permissions import LOCAL
from resnet_viz.ui.race.forks import compared
from resnet_viz.ui.runs.compare import is_race, names
from resnet_viz.ui.runs.group_rows import read_spec, title_of
from tests.made.specs import tiny
from tests.ui.test_pages import open_page, texts
from tests.ui.test_runs_page import choose, press


def train_here(store: Store, run_id: str) -> None:
    """As a worker would, in this process."""
    attempt = store.claim(run_id, "worker")
    assert attempt is not None
    run, folder = store.run(run_id), store.run_folder(run_id)
    pending: list[Event] = []
    for event in train(run.spec, folder=folder, data_folder=folder, threads=1, desired=Desired):
        if event != StateChanged(RunState.RUNNING):
            pending.append(event)
    store.append(run_id, attempt, pending)


@pytest.fixture
def race(store: Store) -> GroupRecord:
    spec = tiny(data={"train_size": 100}, steps=12, evaluate_every=4, probe_every=4)
    group = start_experiment(store, RACE, Experiment(run=spec), LOCAL)
    for run_id in group.run_ids:
        train_here(store, run_id)
    return group


def verdict_of(app: AppTest) -> str:
    (headline,) = [line for line in texts(app).splitlines() if line.startswith("In this run")][:1]
    return headline


def options(app: AppTest, key: str) -> list[str]:
    (found,) = [box for box in app.selectbox if box.key is not None and box.key.startswith(key)]
    return list(found.options)


def test_only_what_is_possible_can_be_chosen(race: GroupRecord, store: Store) -> None:
    plain, residual = race.run_ids
    app = open_page("race", race=race.id)
    assert options(app, "race_fork_run") == ["Plain", "Residual"]
    assert options(app, f"race_fork_step_{plain}") == [
        "after 0 steps",
        "after 1 step",
        "after 3 steps",
        "after 10 steps",
    ]
    assert options(app, f"race_fork_change_{plain}") == ["Add skip connections", "Learning rate ÷ 10"]
    app.selectbox(key="race_fork_run@en").select(residual).run()
    assert options(app, f"race_fork_change_{residual}") == [
        "Cut all skip connections",
        "Learning rate ÷ 10",
        "Branches × 0.5",
    ]


def test_a_press_starts_a_fork_which_is_a_branch_of_the_charts_and_no_seed(
    race: GroupRecord, store: Store
) -> None:
    _plain, residual = race.run_ids
    app = open_page("race", race=race.id)
    before = verdict_of(app)
    app.selectbox(key="race_fork_run@en").select(residual).run()
    assert app.selectbox(key=f"race_fork_step_{residual}@en").value == 10, "the last that can be forked"
    app.selectbox(key=f"race_fork_step_{residual}@en").select(3).run()
    app.button(key="race_fork").click().run()
    assert not app.exception
    (fork,) = store.runs(kind=FORK)
    assert fork.owner == LOCAL
    assert fork.spec.fork is not None
    assert fork.spec.fork.model_dump() == {"run": residual, "step": 3, "change": "cut"}
    assert (fork.state, fork.step) == (RunState.QUEUED, 3)
    assert "The fork has no step in common with its parent yet." in texts(app)
    train_here(store, fork.id)
    app = open_page("race", race=race.id)
    words = texts(app)
    assert "Training loss after 12 steps (skips cut at step 3): fork" in words
    assert verdict_of(app) == before
    (table,) = [
        element.proto.body for element in app.get("html") if "Result of each run." in element.proto.body
    ]
    assert fork.id in table
    assert "Residual: skips cut at step 3" in table
    standing = ExperimentSource(race).read()
    assert [cell.history.branch for cell in standing.cells] == [None, None]
    branch = compared(standing)[-1]
    assert branch.branch is not None
    assert branch.family == "residual"
    assert branch.series["train/loss"].step.tolist() == list(range(3, 12))


def test_the_newest_kept_step_is_shown_until_the_reader_chooses_one(
    race: GroupRecord, store: Store, tmp_path: Path
) -> None:
    plain = race.run_ids[0]
    newest, away = store.run_folder(plain) / position_file(10), tmp_path / "not kept yet"
    key = f"race_fork_step_{plain}@en"
    newest.rename(away)
    app = open_page("race", race=race.id)
    assert app.selectbox(key=key).value == 3
    away.rename(newest)
    assert app.run().selectbox(key=key).value == 10
    newest.rename(away)
    assert app.run().selectbox(key=key).value == 3
    app.selectbox(key=key).select(1).run()
    away.rename(newest)
    assert app.run().selectbox(key=key).value == 1
    assert not app.exception


def test_a_press_means_the_step_that_was_shown(race: GroupRecord, store: Store, tmp_path: Path) -> None:
    plain = race.run_ids[0]
    newest, away = store.run_folder(plain) / position_file(10), tmp_path / "not kept yet"
    newest.rename(away)
    app = open_page("race", race=race.id)
    away.rename(newest)
    app.button(key="race_fork").click().run()
    (fork,) = store.runs(kind=FORK)
    assert fork.spec.fork is not None
    assert fork.spec.fork.step == 3


def test_the_same_fork_twice_is_refused_on_the_page(race: GroupRecord, store: Store) -> None:
    residual = race.run_ids[1]
    fork = start_fork(store, residual, 10, "cut", LOCAL)
    app = open_page("race", race=race.id)
    app.selectbox(key="race_fork_run@en").select(residual).run()
    app.button(key="race_fork").click().run()
    assert f"has this fork already: {fork.id}" in texts(app)
    assert len(store.runs(kind=FORK)) == 1


def test_the_downloaded_tables_have_the_forks_with_what_they_go_on_from(
    race: GroupRecord, store: Store
) -> None:
    plain, residual = race.run_ids
    fork = start_fork(store, residual, 3, "cut", LOCAL)
    train_here(store, fork.id)
    waiting = start_fork(store, fork.id, 10, "rate", LOCAL)
    standing = ExperimentSource(race).read()
    rows = list(csv.DictReader(io.StringIO(_table_csv(*standing))))
    origin = [tuple(row[name] for name in ("run", "family", "parent", "step", "change")) for row in rows]
    assert origin == [
        (plain, "plain", "", "", ""),
        (residual, "residual", "", "", ""),
        (fork.id, "residual", residual, "3", "cut"),
        (waiting.id, "residual", fork.id, "10", "rate"),
    ]
    facts = [store.run(row["run"]).facts for row in rows[:3]]
    assert [float(row["train_loss"]) for row in rows[:3]] == [known["train_loss"] for known in facts]
    errors = [1 - known["test_accuracy"] for known in facts]
    assert [float(row["test_error"]) for row in rows[:3]] == pytest.approx(errors)
    assert rows[3]["test_error"] == ""
    found = json.loads(_table_json(*standing))
    assert [row["run"] for row in found["cells"]] == [plain, residual]
    assert [(row["run"], row["parent"]) for row in found["forks"]] == [
        (fork.id, residual),
        (waiting.id, fork.id),
    ]


def test_a_fork_is_stopped_and_continued_where_it_is_shown(race: GroupRecord, store: Store) -> None:
    fork = start_fork(store, race.run_ids[0], 3, "connect", LOCAL)
    app = open_page("race", race=race.id)
    app.button(key=f"race_fork_stop_{fork.id}").click().run()
    assert store.run(fork.id).state is RunState.STOPPED
    app = open_page("race", race=race.id)
    app.button(key=f"race_fork_resume_{fork.id}").click().run()
    assert store.run(fork.id).state is RunState.QUEUED
    assert store.run(fork.id).desired.wish is Wish.RUN


def test_people_who_did_not_start_the_race_cannot_fork_it(store: Store) -> None:
    spec = tiny(data={"train_size": 100}, steps=4)
    group = start_experiment(store, RACE, Experiment(run=spec), "somebody else")
    for run_id in group.run_ids:
        train_here(store, run_id)
    app = open_page("race", race=group.id)
    assert "you can watch it, but not fork it" in texts(app)
    assert not [button for button in app.button if button.key == "race_fork"]


def test_a_race_of_an_earlier_version_says_why_it_cannot_be_forked(race: GroupRecord, store: Store) -> None:
    store.library.remove_weights(race.run_ids)
    assert "Nothing can be forked here" in texts(open_page("race", race=race.id))


def test_the_words_are_there_in_chinese(race: GroupRecord, store: Store) -> None:
    start_fork(store, race.run_ids[1], 10, "cut", LOCAL)
    words = texts(open_page("race", race=race.id, lang="zh"))
    assert "skips cut" not in words
    assert "Fork" not in words


def test_the_runs_page_says_whose_child_a_fork_is_and_when_that_is_gone(
    race: GroupRecord, store: Store
) -> None:
    residual = race.run_ids[1]
    fork = start_fork(store, residual, 10, "cut", LOCAL)
    said = f"Same as run {residual} up to step 10; one difference from there on: skips cut."
    assert said in texts(choose(open_page("runs", view="runs"), fork.id))
    store.library.delete([residual])
    gone = f"{said} Run {residual} was deleted, or belongs to another history."
    assert gone in texts(choose(open_page("runs", view="runs"), fork.id))
    assert title_of(FORK, read_spec(FORK, store.group(fork.group_id).spec_json)) == (
        "Fork · Plain-8 · skips cut at step 10"
    )


def test_a_fork_is_not_repeated_with_a_seed_that_its_parent_has_not(race: GroupRecord, store: Store) -> None:
    fork = start_fork(store, race.run_ids[1], 10, "rate", LOCAL)
    app = press(choose(open_page("runs", view="runs"), fork.id), "runs_again")
    assert "with another seed there is no run that it could continue" in texts(app)
    assert len(store.runs()) == 3


def test_compared_with_its_parent_a_fork_is_called_what_it_is(race: GroupRecord, store: Store) -> None:
    fork = start_fork(store, race.run_ids[1], 10, "cut", LOCAL)
    specs = [store.run(race.run_ids[1]).spec, fork.spec]
    assert not is_race(specs)
    assert names(specs, ["08:00", "09:00"]) == ["Residual-8", "Plain-8: skips cut at step 10"]
