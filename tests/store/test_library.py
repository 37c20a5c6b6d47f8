"""The runs as a collection: labels, deletion and its undo, disk space, runs from elsewhere."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnet_viz.errors import InvalidSetting, NotFound, StoreUnavailable
from resnet_viz.events import CheckpointSaved, Desired, Facts, Profile, RunState, Series, StateChanged, Wish
from resnet_viz.specs import NetworkSpec, RunSpec
from resnet_viz.store import ImportedRun, Labels, RunQuery, RunReader, Store
from tests.made.clock import Clock
from tests.made.stored import claimed, queued


def ended(store: Store, *checkpoints: int, state: RunState = RunState.FINISHED) -> str:
    """A run that ended with 100 bytes of weights at each of these steps."""
    run_id = queued(store)
    attempt = claimed(store, run_id)
    events = []
    for step in checkpoints:
        file = store.run_folder(run_id) / f"{step}.safetensors"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes(100))
        events.append(CheckpointSaved(step, file.name, 100, kept=True))
    store.append(run_id, attempt, [*events, StateChanged(state)])
    return run_id


def files(store: Store, run_id: str) -> list[str]:
    return sorted(path.name for path in store.run_folder(run_id).glob("*"))


def test_labels_change_what_is_given_and_nothing_else(store: Store) -> None:
    run_id = queued(store)
    store.library.label([run_id], Labels(name=" My\trun ", notes=" a\n b ", tags=["x", "X", " ", "y z"]))
    store.library.label([run_id], Labels(pinned=True))
    run = store.run(run_id)
    assert (run.name, run.notes, run.tags, run.pinned) == ("My run", "a\n b", ("x", "y z"), True)
    store.library.label([run_id], Labels(name="", pinned=False))
    run = store.run(run_id)
    assert (run.name, run.notes, run.tags, run.pinned) == ("", "a\n b", ("x", "y z"), False)
    store.library.label_group(run.group_id, name="New")
    assert store.group(run.group_id).name == "New"


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        (Labels(name="x" * 101), "text_too_long"),
        (Labels(notes="x" * 5_001), "text_too_long"),
        (Labels(tags=["x" * 41]), "text_too_long"),
        (Labels(tags=list("abcdefghijklmnopqrstu")), "too_many_tags"),
        (Labels(name="a\0b"), "text_not_printable"),
        (Labels(name="a\x9b2J"), "text_not_printable"),
        (Labels(notes="\udcff"), "text_not_printable"),
    ],
)
def test_what_is_not_a_label_is_refused_and_changes_nothing(store: Store, labels: Labels, code: str) -> None:
    run_id = queued(store)
    with pytest.raises(InvalidSetting) as refused:
        store.library.label([run_id], labels)
    assert refused.value.code == code
    assert store.run(run_id).name == ""


def test_labels_for_several_runs_are_all_or_nothing(store: Store) -> None:
    run_id = queued(store)
    with pytest.raises(NotFound):
        store.library.label([run_id, "aaaaaaaaaa"], Labels(pinned=True))
    assert not store.run(run_id).pinned


def test_a_deleted_run_is_in_no_list_until_it_is_restored(store: Store, clock: Clock) -> None:
    spec = RunSpec(network=NetworkSpec(depth=8))
    group = store.add_group("race", "me", "{}", [spec, spec])
    first, second = group.run_ids
    assert store.library.delete([first]) == [first]
    assert store.library.delete([first]) == []
    assert [run.id for run in store.runs()] == [second]
    assert store.group(group.id).run_ids == (second,)
    assert store.groups()[0].run_ids == (second,)
    assert [row.id for row in store.library.find().rows] == [second]
    assert [row.id for row in store.library.find(RunQuery(deleted=True)).rows] == [first]
    assert store.run(first).deleted_at == clock.now
    store.library.delete([second])
    assert store.groups() == []
    store.library.restore([first, second])
    assert store.groups()[0].run_ids == (first, second)
    assert store.run(first).deleted_at is None


def test_a_queued_run_is_stopped_when_it_is_deleted_and_nobody_trains_it(store: Store) -> None:
    run_id = queued(store)
    store.library.delete([run_id])
    assert store.run(run_id).state is RunState.STOPPED
    assert RunReader(store, run_id).history().state is RunState.STOPPED
    assert store.claim(run_id, "worker") is None
    with pytest.raises(InvalidSetting) as refused:
        store.resume(run_id)
    assert refused.value.code == "not_resumable_here"
    store.library.restore([run_id])
    store.resume(run_id)
    assert store.run(run_id).state is RunState.QUEUED


def test_a_run_in_training_is_not_deleted_and_neither_are_those_beside_it(store: Store) -> None:
    done, running = ended(store), queued(store)
    claimed(store, running)
    with pytest.raises(InvalidSetting) as refused:
        store.library.delete([done, running])
    assert refused.value.code == "run_active"
    assert store.run(done).deleted_at is None
    assert store.set_desired(running, Desired(Wish.STOP)) is RunState.RUNNING


def test_a_run_in_training_can_be_stopped_and_deleted_in_one(store: Store) -> None:
    done, running = ended(store), queued(store)
    attempt = claimed(store, running)
    assert set(store.library.delete([done, running], stop=True)) == {done, running}
    assert store.library.find().rows == []
    assert store.heartbeat(running, attempt, 1).wish is Wish.STOP
    assert store.library.purge(only=[running]) == [], "its worker still writes"
    store.append(running, attempt, [StateChanged(RunState.STOPPED)])
    store.library.restore([running])
    assert store.run(running).state is RunState.STOPPED
    store.library.delete([running])
    assert store.library.purge(only=[running]) == [running]


def test_purging_removes_what_was_deleted_long_ago_with_its_files(store: Store, clock: Clock) -> None:
    old, recent, kept = ended(store, 0, 8), ended(store, 8), ended(store, 8)
    beside = store.run(old).group_id
    store.library.delete([old])
    clock.now += 100
    store.library.delete([recent])
    assert store.library.purge(older_than_s=50) == [old]
    assert not store.run_folder(old).exists()
    with pytest.raises(NotFound):
        store.run(old)
    with pytest.raises(NotFound):
        store.group(beside)
    with pytest.raises(NotFound):
        store.library.restore([old])
    assert store.events_since(old, 0) == ([], 0)
    assert (files(store, recent), files(store, kept)) == (["8.safetensors"], ["8.safetensors"])
    assert store.library.purge(older_than_s=50) == []
    assert store.library.purge() == [recent]
    assert [run.id for run in store.runs()] == [kept]


def test_files_that_cannot_be_removed_keep_only_their_own_run(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [ended(store, 8) for _ in range(3)]
    store.library.delete(runs)
    stuck = store.run_folder(runs[1])

    def remove(path: Path) -> None:
        if path == stuck:
            raise PermissionError(13, "Permission denied")
        rmtree(path)

    rmtree = shutil.rmtree
    monkeypatch.setattr("resnet_viz.store.library.shutil.rmtree", remove)
    with pytest.raises(StoreUnavailable) as refused:
        store.library.purge()
    assert refused.value.code == "not_removable"
    assert [row.id for row in store.library.find(RunQuery(deleted=True)).rows] == [runs[1]]
    monkeypatch.undo()
    assert store.library.purge() == [runs[1]]


def test_a_run_restored_while_others_are_purged_keeps_its_files(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted((ended(store, 8), ended(store, 8)))
    store.library.delete([first, second])
    purge = store.library._purge
    restored: list[str] = []

    def restore_other(run_id: str, *more: Any) -> bool:
        if not restored:
            restored.append(second if run_id == first else first)
            store.library.restore(restored)
        return purge(run_id, *more)

    monkeypatch.setattr(store.library, "_purge", restore_other)
    gone = store.library.purge()
    assert sorted([*gone, *restored]) == [first, second]
    assert files(store, restored[0]) == ["8.safetensors"]


def test_a_group_without_runs_of_its_own_outlives_a_purge(store: Store) -> None:
    empty = store.add_group("sweep", "me", "{}", [])
    store.library.delete([ended(store)])
    store.library.purge()
    assert [group.id for group in store.groups()] == [empty.id]


def test_weights_are_counted_and_removed_while_curves_stay(store: Store) -> None:
    first, second = ended(store, 0, 3, 8), ended(store, 8)
    store.library.delete([second])
    use = store.library.disk_use()
    assert (use.weights_bytes, use.deleted_bytes) == (400, 100)
    assert use.database_bytes > 4096
    assert {row.id: row.weights_bytes for row in store.library.find().rows} == {first: 300}
    assert store.library.remove_weights([first], but_last=True) == 200
    assert (files(store, first), [saved.step for saved in store.checkpoints(first)]) == (
        ["8.safetensors"],
        [8],
    )
    assert store.library.remove_weights([first, second]) == 200
    assert store.library.disk_use().weights_bytes == 0
    assert files(store, first) == []
    assert store.library.remove_weights([first]) == 0


def test_weights_of_a_run_that_goes_on_are_not_touched(store: Store) -> None:
    run_id = queued(store)
    claimed(store, run_id)
    with pytest.raises(InvalidSetting) as refused:
        store.library.remove_weights([run_id])
    assert refused.value.code == "run_active"


def test_files_that_cannot_be_removed_are_named_and_stay_recorded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = ended(store, 8)

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoreUnavailable) as refused:
        store.library.remove_weights([run_id])
    assert refused.value.code == "not_removable"
    assert "8.safetensors" in str(refused.value)
    assert len(store.checkpoints(run_id)) == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [("x" * 400, "text_too_long"), ("\x1b[2J", "text_not_printable"), ("\udce9", "text_not_printable")],
)
def test_a_group_is_named_by_the_rules_of_labels_whoever_names_it(store: Store, name: str, code: str) -> None:
    run = ImportedRun(RunSpec(network=NetworkSpec(depth=8)), 0, StateChanged(RunState.STOPPED), [], Labels())
    with pytest.raises(InvalidSetting) as refused:
        store.library.add_imported("me", [run], name=name)
    assert refused.value.code == code
    with pytest.raises(InvalidSetting) as refused:
        store.add_group("race", "me", "{}", [RunSpec()], name=name)
    assert refused.value.code == code
    assert (store.runs(), store.groups()) == ([], [])


def test_an_imported_run_is_whole_and_marked_and_never_trained(
    store: Store, reopen: Callable[[], Store]
) -> None:
    steps = np.array([0, 1, 2])
    profile = Profile("grad/norm", ("stem", "head"), steps[:1], np.array([[1, 2]], np.float32))
    imported = ImportedRun(
        RunSpec(network=NetworkSpec(depth=8, shortcut="none")),
        step=3,
        ended=StateChanged(RunState.STOPPED),
        events=[Series("train/loss", steps, np.array([3.0, np.nan, 1.0])), profile, Facts({"device": "cpu"})],
        labels=Labels(name="From elsewhere", tags=["guest"]),
        started_at=1.0,
        ended_at=2.5,
    )
    group = store.library.add_imported("me", [imported, imported], name="Two")
    first, second = group.run_ids
    run = reopen().run(first)
    assert (run.origin, run.state, run.step, run.name, run.tags) == (
        "imported",
        RunState.STOPPED,
        3,
        "From elsewhere",
        ("guest",),
    )
    assert (run.started_at, run.ended_at, run.role, run.attempt) == (1.0, 2.5, "plain", 0)
    assert run.facts == {"device": "cpu"}
    history = RunReader(store, second).history()
    np.testing.assert_array_equal(history.series["train/loss"].value, [3.0, np.nan, 1.0])
    assert history.profiles["grad/norm"].value.tolist() == [[1, 2]]
    assert history.state is RunState.STOPPED
    (row, _) = store.library.find(RunQuery(origin="imported", text="elsewhere")).rows
    assert (row.group_kind, row.device, row.depth) == ("import", "cpu", 8)
    assert store.claim(first, "worker") is None
    with pytest.raises(InvalidSetting):
        store.resume(first)
