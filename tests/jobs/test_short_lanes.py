"""Two visitors with short questions: side by side, and each alone with what goes wrong."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from resnet_viz.jobs.inspector import Inspector, Unanswered
from tests.jobs.waiting import until


def inspector_in(home: Path, idle_s: float = 60.0) -> Inspector:
    return Inspector(home, module="tests.jobs.stand_in_answers", idle_s=idle_s)


class Asked(threading.Thread):
    """A visitor's question, and what came of it."""

    def __init__(self, inspector: Inspector, question: str, limit_s: float = 60.0, **values: Any) -> None:
        super().__init__()
        self.pid: int | None = None
        self.code: str | None = None
        self._ask = partial(inspector.ask, question, values, time_limit_s=limit_s)
        self.start()

    def run(self) -> None:
        try:
            self.pid = self._ask().values["pid"]
        except Unanswered as unanswered:
            self.code = unanswered.code


@pytest.fixture
def open_inspector(tmp_path: Path) -> Iterator[Callable[..., Inspector]]:
    opened: list[Inspector] = []

    def open_one(idle_s: float = 60.0) -> Inspector:
        opened.append(inspector_in(tmp_path, idle_s))
        opened[-1].ask("echo", {"say": 1})
        return opened[-1]

    yield open_one
    for inspector in opened:
        inspector.close()


@contextmanager
def busy(inspector: Inspector, home: Path, **values: Any) -> Iterator[Asked]:
    """Somebody's question is being answered meanwhile, in the first process."""
    (first,) = inspector.pids
    asked = Asked(inspector, "nap", until="woken", **values)
    until(lambda: len(inspector._short._busy) == 1)
    yield asked
    (home / "woken").touch()
    asked.join()
    (home / "woken").unlink()
    assert asked.pid == first, "nothing touched this answer"


def test_one_hangs_and_the_other_is_answered(
    tmp_path: Path, open_inspector: Callable[..., Inspector]
) -> None:
    inspector = open_inspector()
    (first,) = inspector.pids
    with busy(inspector, tmp_path):
        inspector.ask("echo", {"say": 1})  # the second process is there
    hanging = Asked(inspector, "hang")
    until(lambda: len(inspector._short._busy) == 1)
    for say in range(20):
        assert inspector.ask("echo", {"say": say}).values["pid"] != first
    assert hanging.is_alive()
    psutil.Process(first).kill()
    hanging.join()
    assert hanging.code == "process_died"


@pytest.mark.parametrize(
    ("question", "limit_s", "code"), [("die", 60, "process_died"), ("hang", 2, "took_too_long")]
)
def test_a_death_leaves_only_its_own_question_unanswered(
    tmp_path: Path, open_inspector: Callable[..., Inspector], question: str, limit_s: float, code: str
) -> None:
    inspector = open_inspector()
    with busy(inspector, tmp_path):
        with pytest.raises(Unanswered) as unanswered:
            inspector.ask(question, time_limit_s=limit_s)
        assert unanswered.value.code == code
        assert inspector.ask("echo", {"say": 1}).values["got"] == 1


def test_the_second_process_is_there_while_it_is_needed(
    tmp_path: Path, open_inspector: Callable[..., Inspector]
) -> None:
    inspector = open_inspector()
    (first,) = inspector.pids
    with busy(inspector, tmp_path):
        second = inspector.ask("echo", {"say": 1}).values["pid"]
        inspector._short._second._idle_s = 0.3  # only now: it must not end before it was asked
        assert inspector.ask("echo", {"say": 1}).values["pid"] == second
    assert second != first
    until(lambda: inspector.pids == [first])
    until(lambda: not psutil.pid_exists(second))
    assert inspector.ask("echo", {"say": 1}).values["pid"] == first


def test_who_waits_is_answered_by_whoever_is_free_first(
    tmp_path: Path, open_inspector: Callable[..., Inspector]
) -> None:
    """The second process may take seconds to start, and the first be free at once."""
    inspector = open_inspector()
    (first,) = inspector.pids
    second = inspector._short._second
    start, hold = second.start, threading.Event()

    def slow_start(time_limit_s: float) -> None:
        assert hold.wait(60)
        start(time_limit_s)

    second.start = slow_start  # type: ignore[method-assign]
    with busy(inspector, tmp_path):
        waiting = Asked(inspector, "echo", say=1)
        until(lambda: len(inspector._short._busy) == 2)
    waiting.join()
    assert waiting.pid == first
    hold.set()
    until(lambda: len(inspector.pids) == 2)


def test_a_network_is_asked_where_it_is_in_memory(
    tmp_path: Path, open_inspector: Callable[..., Inspector]
) -> None:
    inspector = open_inspector()
    (first,) = inspector.pids
    with busy(inspector, tmp_path, model="plain"):
        second = inspector.ask("echo", {"say": 1, "model": "residual"}).values["pid"]
    for model, pid in (("plain", first), ("residual", second), ("unheard", first)):
        assert inspector.ask("echo", {"say": 1, "model": model}).values["pid"] == pid


def test_after_a_death_the_first_process_is_there_again_before_anybody_asks(
    tmp_path: Path, open_inspector: Callable[..., Inspector]
) -> None:
    inspector = open_inspector()
    (first,) = inspector.pids
    with busy(inspector, tmp_path):
        second = inspector.ask("echo", {"say": 1}).values["pid"]
    with pytest.raises(Unanswered):
        inspector.ask("die")
    until(lambda: len(inspector.pids) == 2)
    assert set(inspector.pids) & {first, second} == {second}
