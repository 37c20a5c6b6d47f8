"""A started process answers or tells why not, in time or not at all, and leaves nothing behind."""

import os
import signal
import threading
from pathlib import Path

import psutil
import pytest

from resnet_viz.errors import ResnetVizError
from resnet_viz.processes.child import Child, Fault, NoAnswer
from tests.jobs.waiting import until

ANSWERS = "tests.jobs.stand_in_answers"


def child(home: Path | None = None, task: str = "explain", module: str = ANSWERS) -> Child:
    return Child(task, home=home, module=module)


def test_an_answer_a_refusal_and_a_fault(tmp_path: Path) -> None:
    with child(tmp_path) as started:
        assert started.ask("echo", {"say": 1}).values["home"] == str(tmp_path)
        with pytest.raises(ResnetVizError, match="no layer stage9"):
            started.ask("refuse", {"tap": "stage9"})
        with pytest.raises(Fault, match="ZeroDivisionError"):
            started.ask("stumble")
        assert started.ask("echo", {"say": 2}).values["got"] == 2
    assert not psutil.pid_exists(started.pid)
    assert "ZeroDivisionError" in started.log.read_text()


def test_the_log_of_who_said_nothing_is_removed(tmp_path: Path) -> None:
    with child(tmp_path) as started:
        started.await_ready()
        assert started.log.exists()
    assert list((tmp_path / "logs").iterdir()) == []


@pytest.mark.parametrize("question", ["die", "hang"])
def test_a_killed_process_is_not_overdue_and_an_overdue_one_is(question: str) -> None:
    with child() as started, started.deadline(1.0 if question == "hang" else 60.0):
        with pytest.raises(NoAnswer) as none:
            started.ask(question)
        assert none.value.is_overdue == (question == "hang")
        with pytest.raises(NoAnswer):
            started.ask("echo", {"say": 1})


def test_the_time_that_starting_takes_counts() -> None:
    with child(module="tests.jobs.never_opens") as started, started.deadline(0.5):
        with pytest.raises(NoAnswer) as none:
            started.await_ready()
        assert none.value.is_overdue


def test_who_was_in_time_is_left_alone() -> None:
    with child() as started:
        with started.deadline(60):
            started.await_ready()
        others = set(threading.enumerate())
        with started.deadline(60):
            (timer,) = set(threading.enumerate()) - others
        timer.join(40)
        assert not timer.is_alive()
        assert started.ask("echo", {"say": 1}).values["got"] == 1
        assert not started.is_overdue


def test_a_module_that_is_not_there_is_no_answer_and_the_log_says_so(tmp_path: Path) -> None:
    with child(tmp_path, module="tests.jobs.no_such_module") as started:
        with pytest.raises(NoAnswer) as none:
            started.ask("echo")
        assert not none.value.is_overdue
        assert "no_such_module" in started.log.read_text()


def test_an_interrupt_is_for_the_starter() -> None:
    with child() as started:
        started.await_ready()
        assert os.getpgid(started.pid) == started.pid
        assert os.getsid(started.pid) == os.getsid(0), "niceness counts within a session"
        os.kill(started.pid, signal.SIGINT)
        assert started.ask("echo", {"say": 1}).values["got"] == 1


def test_it_ends_when_the_starter_is_gone() -> None:
    with child() as started:
        started.await_ready()
        started.channel.close()
        until(lambda: started.exit_code is not None)
        assert started.exit_code == 0


@pytest.mark.parametrize(("task", "niceness"), [("explain", 0), ("train", 10), ("measure", 10)])
def test_trainings_and_measurements_give_way_to_pages(task: str, niceness: int) -> None:
    with child(task=task) as started:
        started.await_ready()
        assert psutil.Process(started.pid).nice() == min(19, psutil.Process().nice() + niceness)


def test_what_is_bounded_gets_no_secret_no_file_and_little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESNET_VIZ_DATABASE", "postgresql://user:secret@host/db")
    with child(task="decode") as started:
        started.await_ready()
        process = psutil.Process(started.pid)
        assert "secret" not in repr(process.environ())
        assert process.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
        assert process.rlimit(psutil.RLIMIT_AS)[1] == 768 * 2**20
        assert process.rlimit(psutil.RLIMIT_CPU)[1] == 10
    with child() as trusted:
        trusted.await_ready()
        assert "secret" in repr(psutil.Process(trusted.pid).environ())
