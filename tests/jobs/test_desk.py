"""The desk answers, refuses, survives what a question does to its process, and leaves none behind."""

import io
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil
import pytest

from resnet_viz.errors import ResnetVizError
from resnet_viz.jobs.desk import Desk, Unanswered
from resnet_viz.jobs.frames import read_frame, write_frame
from tests.jobs.waiting import until


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("home"), answers="tests.jobs.desk_answers") as desk:
        yield desk


def two_lanes(home: Path, long_idle_s: float = 60.0) -> Desk:
    """Questions to reverse something, or without an end, are long ones."""
    return Desk(
        home,
        answers="tests.jobs.desk_answers",
        is_long=lambda question, values: question in ("hang", "reverse"),
        long_idle_s=long_idle_s,
    )


def test_questions_and_arrays_come_back_whole(desk: Desk) -> None:
    arrays: dict[str, npt.NDArray[Any]] = {
        "image": np.arange(24, dtype=np.uint8).reshape(2, 3, 4)[:, ::-1],
        "map": np.array([[np.nan, -1.5]], np.float32),
        "none": np.empty((0, 3), np.int64),
    }
    answer = desk.ask("echo", {"say": "残差"}, arrays)
    assert answer.values["got"] == "残差"
    for name, array in arrays.items():
        np.testing.assert_array_equal(answer.arrays[name], array)
        assert answer.arrays[name].dtype == array.dtype


def test_one_process_serves_all(desk: Desk) -> None:
    assert len({desk.ask("echo", {"say": i}).values["pid"] for i in range(3)}) == 1


def test_threads_get_their_own_answers(desk: Desk) -> None:
    got: dict[int, object] = {}

    def ask(i: int) -> None:
        got[i] = desk.ask("echo", {"say": i}).values["got"]

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {i: i for i in range(8)}


def test_a_refusal_is_the_same_on_both_sides(desk: Desk) -> None:
    with pytest.raises(ResnetVizError, match="no layer stage9") as refused:
        desk.ask("refuse", {"tap": "stage9"})
    assert refused.value.code == "no_such_tap"


def test_a_fault_is_told_and_logged_and_the_process_goes_on(desk: Desk) -> None:
    before = desk.ask("echo", {"say": 1}).values["pid"]
    with pytest.raises(ResnetVizError, match="bug in ResNet Viz") as refused:
        desk.ask("stumble")
    assert "ZeroDivisionError" in Path(str(refused.value.parameters["log"])).read_text()
    assert desk.ask("echo", {"say": 1}).values["pid"] == before


@pytest.mark.parametrize(
    ("question", "limit_s", "code"), [("die", 60, "desk_died"), ("hang", 0.5, "took_too_long")]
)
def test_the_next_question_finds_a_new_process(desk: Desk, question: str, limit_s: float, code: str) -> None:
    before = desk.ask("echo", {"say": 1}).values["pid"]
    with pytest.raises(Unanswered) as unanswered:
        desk.ask(question, time_limit_s=limit_s)
    assert unanswered.value.code == code
    assert desk.ask("echo", {"say": 1}).values["pid"] != before
    assert not psutil.pid_exists(before)


def test_closing_leaves_no_process(tmp_path: Path) -> None:
    desk = Desk(tmp_path, answers="tests.jobs.desk_answers")
    pid = desk.ask("echo", {"say": 1}).values["pid"]
    desk.close()
    assert not psutil.pid_exists(pid)
    with pytest.raises(Unanswered):
        desk.ask("echo", {"say": 1})


def test_a_desk_that_cannot_open_says_so(tmp_path: Path) -> None:
    with Desk(tmp_path, answers="tests.jobs.no_such_module") as desk, pytest.raises(Unanswered):
        desk.ask("echo")


def test_frames_refuse_what_could_run_and_notice_an_early_end() -> None:
    with pytest.raises(ValueError, match="object"):
        write_frame(io.BytesIO(), {}, {"x": np.array([print], object)})
    pipe = io.BytesIO()
    write_frame(pipe, {"a": 1}, {"x": np.ones(5, np.float32)})
    whole = pipe.getvalue()
    assert read_frame(io.BytesIO()) is None
    for length in range(1, len(whole)):
        with pytest.raises((EOFError, ValueError)):
            read_frame(io.BytesIO(whole[:length]))


def test_short_questions_do_not_wait_for_a_long_one(tmp_path: Path) -> None:
    with two_lanes(tmp_path) as desk:
        short = desk.ask("echo", {"say": 1}).values["pid"]
        assert desk.pids == [short], "the second process is there once somebody needs it"
        told: list[str] = []

        def ask_long() -> None:
            try:
                desk.ask("hang", time_limit_s=15)
            except Unanswered as unanswered:
                told.append(unanswered.code)

        waiting = threading.Thread(target=ask_long)
        waiting.start()
        until(lambda: len(desk.pids) == 2)
        for say in range(20):
            assert desk.ask("echo", {"say": say}).values["pid"] == short
        assert told == [], "the long one is still being computed"
        waiting.join()
        assert told == ["took_too_long"]
        assert desk.pids == [short]
        assert desk.ask("echo", {"say": 1}).values["pid"] == short


def test_the_process_for_long_questions_gives_its_memory_back(tmp_path: Path) -> None:
    with two_lanes(tmp_path, long_idle_s=0.3) as desk:
        first = desk.ask("reverse", {"say": "ab"}).values["pid"]
        until(lambda: desk.pids == [])
        until(lambda: not psutil.pid_exists(first))
        assert desk.ask("reverse", {"say": "ab"}).values["got"] == "ba"


def test_a_process_that_does_not_open_in_time_is_a_timeout(tmp_path: Path) -> None:
    with (
        Desk(tmp_path, answers="tests.jobs.never_opens") as desk,
        pytest.raises(Unanswered, match="Cancelled after 2 s") as unanswered,
    ):
        desk.ask("echo", time_limit_s=2)
    assert unanswered.value.code == "took_too_long"


def test_a_timeout_is_told_as_one_however_fast_the_process_dies(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads from the process hears of its end before the one who killed it goes on."""
    desk.ask("echo", {"say": 1})
    kill, gone = subprocess.Popen.kill, threading.Event()

    def dawdling(process: subprocess.Popen[bytes]) -> None:
        kill(process)
        gone.wait(1)

    monkeypatch.setattr(subprocess.Popen, "kill", dawdling)
    with pytest.raises(Unanswered) as unanswered:
        desk.ask("hang", time_limit_s=0.5)
    assert unanswered.value.code == "took_too_long"
