"""What is appended comes back, whoever reads it and whenever, on every kind of database."""

import random
from collections.abc import Callable, Sequence

import numpy as np
import numpy.testing as npt
import pytest
from sqlalchemy import event as engine_event

from resnet_viz.events import (
    CheckpointSaved,
    Event,
    Facts,
    Profile,
    Progress,
    Rewound,
    RunState,
    Series,
    StateChanged,
)
from resnet_viz.history import HistoryBuilder, RunHistory
from resnet_viz.specs import RunSpec
from resnet_viz.store import RunReader, Store
from tests.made.clock import Clock
from tests.made.stored import claimed, queued

TAPS = ("stem", "stage1.block1.conv1", "head")


def series(name: str, start: int, *values: float) -> Series:
    return Series(name, np.arange(start, start + len(values)), np.array(values))


def profile(name: str, start: int, rows: int, taps: tuple[str, ...] = TAPS) -> Profile:
    values = np.arange(rows * len(taps)).reshape(rows, len(taps)) / 3 + start
    return Profile(name, taps, np.arange(start, start + rows), values.astype(np.float32))


def expected(events: Sequence[Event]) -> RunHistory:
    builder = HistoryBuilder()
    builder.add([StateChanged(RunState.RUNNING), *events])
    return builder.history("residual", 0)


def assert_same(actual: RunHistory, wanted: RunHistory) -> None:
    assert actual.state is wanted.state
    assert actual.facts == wanted.facts
    nonempty = {name: curve for name, curve in wanted.series.items() if len(curve)}
    assert {name for name, curve in actual.series.items() if len(curve)} == nonempty.keys()
    for name, curve in nonempty.items():
        npt.assert_array_equal(actual.series[name].step, curve.step)
        npt.assert_array_equal(actual.series[name].value, curve.value)
        assert actual.series[name].step.dtype == np.int64
        assert actual.series[name].value.dtype == np.float64
    tables = {name: table for name, table in wanted.profiles.items() if len(table)}
    assert {name for name, table in actual.profiles.items() if len(table)} == tables.keys()
    for name, table in tables.items():
        assert actual.profiles[name].taps == table.taps
        npt.assert_array_equal(actual.profiles[name].step, table.step)
        npt.assert_array_equal(actual.profiles[name].value, table.value)
        assert actual.profiles[name].value.dtype == np.float32


def test_each_kind_of_event_comes_back(store: Store) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    loss, norms = series("train/loss", 0, 2.5, 1.25), profile("grad/norm", 0, 2)
    others: list[Event] = [
        Facts({"device": "cpu", "taps": [{"name": "stem", "kind": "stem", "position": 0}]}),
        CheckpointSaved(2, "checkpoints/2", 1_000_000_000_000, kept=True),
        Rewound(1),
        StateChanged(RunState.PAUSED),
    ]
    store.append(run_id, attempt, [loss, norms, *others[:2], Progress(2)])
    events, sequence = store.events_since(run_id, 0)
    assert events[0] == StateChanged(RunState.RUNNING)
    got_loss, got_norms = events[1:3]
    assert isinstance(got_loss, Series)
    assert isinstance(got_norms, Profile)
    assert (got_loss.name, got_norms.name, got_norms.taps) == ("train/loss", "grad/norm", TAPS)
    npt.assert_array_equal(got_loss.value, loss.value)
    npt.assert_array_equal(got_norms.value, norms.value)
    assert events[3:] == others[:2]

    assert store.events_since(run_id, sequence) == ([], sequence)
    store.append(run_id, attempt, others[2:])
    events, after = store.events_since(run_id, sequence)
    assert events == others[2:]
    assert after == sequence + 2


def test_numbers_come_back_bit_for_bit(store: Store) -> None:
    values = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1 / 3, 1.7976931348623157e308])
    steps = np.array([0, 1, 2, 3, 4, 2**40, 2**62])
    run_id = queued(store)
    attempt = claimed(store, run_id)
    small = np.array([[np.nan], [1e-45], [3.4e38]], np.float32)
    rows = Profile("grad/norm", ("stem",), np.arange(3), small)
    store.append(run_id, attempt, [Series("train/loss", steps, values), rows])
    history = RunReader(store, run_id).history()
    assert history.series["train/loss"].value.tobytes() == values.tobytes()
    assert history.series["train/loss"].step.tolist() == steps.tolist()
    assert history.profiles["grad/norm"].value.tobytes() == small.tobytes()


def test_an_unknown_run_has_no_events(store: Store) -> None:
    assert store.events_since("aaaaaaaaaa", 0) == ([], 0)


def test_the_log_of_one_run_has_nothing_of_another(store: Store) -> None:
    first, second = store.add_group("race", "someone", "{}", [RunSpec(), RunSpec()]).run_ids
    for run_id, value in ((first, 1.0), (second, 2.0)):
        store.append(run_id, claimed(store, run_id), [series("train/loss", 0, value)])
    assert RunReader(store, first).history().series["train/loss"].value.tolist() == [1.0]
    assert RunReader(store, second).history().series["train/loss"].value.tolist() == [2.0]


def test_single_points_of_one_append_are_joined(store: Store) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    store.append(run_id, attempt, [series("train/loss", step, float(step)) for step in range(30)])
    events, sequence = store.events_since(run_id, 1)
    assert sequence == 2
    (joined,) = events
    assert isinstance(joined, Series)
    assert joined.value.tolist() == list(range(30))


def test_curves_keep_their_order_when_what_is_measured_together_changes(store: Store) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    for step in range(9):
        events: list[Event] = [series("train/loss", step, float(step))]
        if step % 3 == 0:
            events.append(series("test/loss", step, -float(step)))
        store.append(run_id, attempt, events)
    history = RunReader(store, run_id).history()
    assert history.series["train/loss"].step.tolist() == list(range(9))
    assert history.series["test/loss"].step.tolist() == [0, 3, 6]


def test_arrays_that_do_not_fit_are_refused_whole(store: Store) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    wrong: list[Event] = [
        Series("train/loss", np.arange(3), np.zeros(2)),
        Series("train/loss", np.zeros((2, 1), np.int64), np.zeros(2)),
        Profile("grad/norm", TAPS, np.arange(2), np.zeros((2, 2), np.float32)),
    ]
    for event in wrong:
        with pytest.raises(ValueError, match="shape"):
            store.append(run_id, attempt, [series("train/accuracy", 0, 1.0), event])
    assert store.events_since(run_id, 1) == ([], 1)


def test_a_rewind_cuts_what_is_measured_again(store: Store) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    reader, late = RunReader(store, run_id), RunReader(store, run_id)
    first: list[Event] = [
        series("train/loss", 0, 9.0, 8.0, 7.0, 6.0),
        profile("grad/norm", 0, 4),
        Progress(4),
    ]
    second: list[Event] = [series("train/loss", 4, 5.0, 4.0), series("test/loss", 5, 3.0), Progress(6)]
    third: list[Event] = [Rewound(3), series("train/loss", 3, 60.0), profile("grad/norm", 3, 1), Progress(4)]
    store.append(run_id, attempt, first)
    assert_same(reader.history(), expected(first))
    store.append(run_id, attempt, second)
    late.history()
    store.append(run_id, attempt, third[:1])
    assert store.run(run_id).step == 3
    for one in (reader, late, RunReader(store, run_id)):
        assert_same(one.history(), expected([*first, *second, *third[:1]]))
    store.append(run_id, attempt, third[1:])
    for one in (reader, late, RunReader(store, run_id)):
        history = one.history()
        assert_same(history, expected([*first, *second, *third]))
        assert history.series["train/loss"].value.tolist() == [9.0, 8.0, 7.0, 60.0]


def test_a_rewind_frees_what_it_cuts(store: Store) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    for step in range(10):
        store.append(run_id, attempt, [series("train/loss", 2 * step, 1.0, 2.0), Progress(step)])
    store.append(run_id, attempt, [Rewound(5)])
    with store._database.reading() as connection:
        kept = connection.exec_driver_sql("SELECT last_step FROM run_events WHERE last_step IS NOT NULL")
        assert sorted(kept.scalars()) == [1, 3, 4]


def test_a_rewind_forgets_later_checkpoints(store: Store) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    saved = [CheckpointSaved(step, f"checkpoints/{step}", 1, kept=True) for step in (2, 4, 8)]
    store.append(run_id, attempt, saved)
    store.append(run_id, attempt, [Rewound(4)])
    assert store.checkpoints(run_id) == saved[:2]


@pytest.mark.parametrize("seed", range(6))
def test_any_reader_sees_what_one_builder_would(store: Store, reopen: Callable[[], Store], seed: int) -> None:
    """Random trainings with rewinds against the builder that was handed every event in memory."""
    dice = random.Random(seed)
    run_id = queued(store)
    attempt = claimed(store, run_id)
    elsewhere = reopen()
    readers = [RunReader(dice.choice((store, elsewhere)), run_id) for _ in range(3)]
    told: list[Event] = []
    step = 0
    for _ in range(25):
        batch: list[Event] = []
        for _ in range(dice.randint(1, 4)):
            match dice.randrange(6):
                case 0 if step > 3:
                    step = dice.randrange(step)
                    batch.append(Rewound(step))
                case 1:
                    batch.append(Facts({dice.choice("abc"): dice.random()}))
                case 2:
                    batch.append(StateChanged(dice.choice((RunState.PAUSED, RunState.RUNNING))))
                case _:
                    count = dice.randint(0, 5)
                    batch.append(series("train/loss", step, *(dice.random() for _ in range(count))))
                    if dice.random() < 0.5:
                        batch.append(series("train/accuracy", step, *(dice.random() for _ in range(count))))
                    if count and dice.random() < 0.5:
                        batch.append(profile(dice.choice(("grad/norm", "update/ratio")), step, count))
                    step += count
        store.append(run_id, attempt, batch)
        told += batch
        if dice.random() < 0.4:
            assert_same(dice.choice(readers).history(), expected(told))
    for reader in (*readers, RunReader(elsewhere, run_id)):
        assert_same(reader.history(), expected(told))


def test_asking_for_news_is_one_statement(store: Store) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    store.append(run_id, attempt, [series("train/loss", 0, 1.0)])
    sequence = store.events_since(run_id, 0)[1]
    statements: list[str] = []
    engine = store._database._engine
    engine_event.listen(
        engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: statements.append(statement)
    )
    assert store.events_since(run_id, sequence) == ([], sequence)
    assert len(statements) == 1
    assert "run_events" in statements[0]


def test_the_log_knows_when(store: Store, clock: Clock) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    clock.now += 7
    store.append(run_id, attempt, [series("train/loss", 0, 1.0)])
    with store._database.reading() as connection:
        times = connection.exec_driver_sql("SELECT recorded_at FROM run_events ORDER BY sequence").scalars()
        assert list(times) == [clock.now - 7, clock.now]
