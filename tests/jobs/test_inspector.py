"""The inspector answers, refuses, survives what a question does to its process, and leaves none behind."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil
import pytest

from resnet_viz.errors import ResnetVizError
from resnet_viz.jobs.inspector import Inspector, Unanswered
from resnet_viz.processes.child import Child
from tests.jobs.waiting import until


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspector]:
    with Inspector(tmp_path_factory.mktemp("home"), module="tests.jobs.stand_in_answers") as inspector:
        yield inspector


def two_lanes(home: Path, idle_s: float = 60.0) -> Inspector:
    """Questions to reverse something, to wait, or without an end, are long ones."""
    return Inspector(
        home,
        module="tests.jobs.stand_in_answers",
        is_long=lambda question, values: question in ("hang", "nap", "reverse"),
        idle_s=idle_s,
    )


def test_questions_and_arrays_come_back_whole(inspector: Inspector) -> None:
    arrays: dict[str, npt.NDArray[Any]] = {
        "image": np.arange(24, dtype=np.uint8).reshape(2, 3, 4)[:, ::-1],
        "map": np.array([[np.nan, -1.5]], np.float32),
        "none": np.empty((0, 3), np.int64),
    }
    answer = inspector.ask("echo", {"say": "残差"}, arrays)
    assert answer.values["got"] == "残差"
    for name, array in arrays.items():
        np.testing.assert_array_equal(answer.arrays[name], array)
        assert answer.arrays[name].dtype == array.dtype


def test_one_process_serves_all(inspector: Inspector) -> None:
    assert len({inspector.ask("echo", {"say": i}).values["pid"] for i in range(3)}) == 1


def test_threads_get_their_own_answers(inspector: Inspector) -> None:
    got: dict[int, object] = {}

    def ask(i: int) -> None:
        got[i] = inspector.ask("echo", {"say": i}).values["got"]

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {i: i for i in range(8)}


def test_a_refusal_is_the_same_on_both_sides(inspector: Inspector) -> None:
    with pytest.raises(ResnetVizError, match="no layer stage9") as refused:
        inspector.ask("refuse", {"tap": "stage9"})
    assert refused.value.code == "no_such_tap"


def test_a_fault_is_told_and_logged_and_the_process_goes_on(inspector: Inspector) -> None:
    before = inspector.ask("echo", {"say": 1}).values["pid"]
    with pytest.raises(ResnetVizError, match="bug in ResNet Viz") as refused:
        inspector.ask("stumble")
    assert "ZeroDivisionError" in Path(str(refused.value.parameters["log"])).read_text()
    assert inspector.ask("echo", {"say": 1}).values["pid"] == before


@pytest.mark.parametrize(
    ("question", "limit_s", "code"), [("die", 60, "process_died"), ("hang", 0.5, "took_too_long")]
)
def test_the_next_question_finds_a_new_process(
    tmp_path: Path, question: str, limit_s: float, code: str
) -> None:
    # Of its own: one that several have asked at once may have a second process.
    with Inspector(tmp_path, module="tests.jobs.stand_in_answers") as inspector:
        before = inspector.ask("echo", {"say": 1}).values["pid"]
        with pytest.raises(Unanswered) as unanswered:
            inspector.ask(question, time_limit_s=limit_s)
        assert unanswered.value.code == code
        assert inspector.ask("echo", {"say": 1}).values["pid"] != before
        assert not psutil.pid_exists(before)


def test_closing_leaves_no_process(tmp_path: Path) -> None:
    inspector = Inspector(tmp_path, module="tests.jobs.stand_in_answers")
    pid = inspector.ask("echo", {"say": 1}).values["pid"]
    inspector.close()
    assert not psutil.pid_exists(pid)
    with pytest.raises(Unanswered):
        inspector.ask("echo", {"say": 1})


def test_an_inspector_that_cannot_open_says_so(tmp_path: Path) -> None:
    with Inspector(tmp_path, module="tests.jobs.no_such_module") as inspector, pytest.raises(Unanswered):
        inspector.ask("echo")


def test_short_questions_do_not_wait_for_a_long_one(tmp_path: Path) -> None:
    with two_lanes(tmp_path) as inspector:
        short = inspector.ask("echo", {"say": 1}).values["pid"]
        assert inspector.pids == [short], "the second process is there once somebody needs it"
        told: list[int] = []

        def ask_long() -> None:
            told.append(inspector.ask("nap", {"until": "woken"}).values["pid"])

        inspector.ask("reverse", {"say": "ab"})
        assert len(inspector.pids) == 2
        waiting = threading.Thread(target=ask_long)
        waiting.start()
        until(inspector._long._turn.locked)
        for say in range(20):
            assert inspector.ask("echo", {"say": say}).values["pid"] == short
        assert told == [], "the long one is still being computed"
        (tmp_path / "woken").touch()
        waiting.join()
        assert inspector.pids == [short, *told]
        with pytest.raises(Unanswered, match="Cancelled"):
            inspector.ask("hang", time_limit_s=0.5)
        assert inspector.pids == [short]
        assert inspector.ask("echo", {"say": 1}).values["pid"] == short


def test_the_process_for_long_questions_gives_its_memory_back(tmp_path: Path) -> None:
    with two_lanes(tmp_path, idle_s=0.3) as inspector:
        first = inspector.ask("reverse", {"say": "ab"}).values["pid"]
        until(lambda: inspector.pids == [])
        until(lambda: not psutil.pid_exists(first))
        assert inspector.ask("reverse", {"say": "ab"}).values["got"] == "ba"


def test_a_process_that_does_not_open_in_time_is_a_timeout(tmp_path: Path) -> None:
    with (
        Inspector(tmp_path, module="tests.jobs.never_opens") as inspector,
        pytest.raises(Unanswered, match="Cancelled after 2 s") as unanswered,
    ):
        inspector.ask("echo", time_limit_s=2)
    assert unanswered.value.code == "took_too_long"


def test_a_timeout_is_told_as_one_however_fast_the_process_dies(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads from the process hears of its end before the one who killed it goes on."""
    inspector.ask("echo", {"say": 1})
    kill, gone = Child.kill, threading.Event()

    def dawdling(child: Child) -> None:
        kill(child)
        if threading.current_thread() is not threading.main_thread():  # which asks
            gone.wait(1)

    monkeypatch.setattr(Child, "kill", dawdling)
    with pytest.raises(Unanswered) as unanswered:
        inspector.ask("hang", time_limit_s=0.5)
    assert unanswered.value.code == "took_too_long"
