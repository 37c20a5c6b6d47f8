"""Several processes on one history, as a server, its workers and a command line are."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from resnet_viz.events import Progress, RunState
from resnet_viz.specs import RunSpec
from resnet_viz.store import RunReader, Store

_READY = "import sys; from pathlib import Path; print('ready', flush=True); sys.stdin.readline()\n"
_OPEN = """
from resnet_viz.store import open_store
home, url = Path(sys.argv[1]), sys.argv[2]
"""
_WRITER = """
import numpy as np
from resnet_viz.events import Progress, RunState, Series, StateChanged
store = open_store(home, url)
for run_id in sys.argv[4:]:
    attempt = store.claim(run_id, "writer")
    steps = int(sys.argv[3])
    for step in range(steps):
        if step == steps // 2:
            sys.stdin.readline()  # half way, it waits for the reader
        values = np.full(3, float(step))
        store.append(run_id, attempt, [
            Series("train/loss", np.arange(3 * step, 3 * step + 3), values), Progress(3 * step + 3)])
        store.heartbeat(run_id, attempt, 3 * step + 3)
    store.append(run_id, attempt, [StateChanged(RunState.FINISHED)])
store.close()
"""
_CLAIMER = """
import json
store = open_store(home, url)
print(json.dumps([run_id for run_id in sys.argv[3:] if store.claim(run_id, "claimer") is not None]))
store.close()
"""
_OPENER = """
store = open_store(home, url)
print(store.add_group("race", "someone", "{}", []).id)
store.close()
"""


@contextmanager
def processes(count: int, program: str, *arguments: list[str]) -> Iterator[list[subprocess.Popen[str]]]:
    """``count`` processes that have imported everything and begin at the same moment."""
    code = "import resnet_viz.store\n" + _READY + _OPEN + program
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, *arguments[i % len(arguments)]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for i in range(count)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        tell(started, "go")
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def tell(started: list[subprocess.Popen[str]], line: str) -> None:
    for process in started:
        assert process.stdin is not None
        process.stdin.write(f"{line}\n")
        process.stdin.flush()


def answers(started: list[subprocess.Popen[str]]) -> list[str]:
    """What the processes said, once all have ended well."""
    said = []
    for process in started:
        out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert errors == ""
        said.append(out.strip())
    return said


def test_writers_and_a_reader_do_not_disturb_each_other(
    tmp_path: Path, url: str, reopen: Callable[[], Store]
) -> None:
    store = reopen()
    run_ids = store.add_group("race", "someone", "{}", [RunSpec()] * 4).run_ids
    readers = [RunReader(store, run_id) for run_id in run_ids]
    arguments = [[str(tmp_path), url, "100", run_id] for run_id in run_ids]

    def look() -> list[int]:
        lengths = []
        for reader in readers:
            steps = reader.history().series.get("train/loss")
            assert steps is None or steps.step.tolist() == list(range(len(steps)))
            lengths.append(0 if steps is None else len(steps))
        store.runs(states=[RunState.RUNNING])
        return lengths

    with processes(4, _WRITER, *arguments) as started:
        while look() != [150] * 4:
            assert [process.poll() for process in started] == [None] * 4
        tell(started, "on")
        while any(process.poll() is None for process in started):
            look()
        answers(started)
    for reader in readers:
        history = reader.history()
        assert history.state is RunState.FINISHED
        assert history.series["train/loss"].step.tolist() == list(range(300))
        assert store.run(reader.run_id).step == 300


def test_every_run_is_claimed_by_exactly_one_process(
    tmp_path: Path, url: str, reopen: Callable[[], Store]
) -> None:
    store = reopen()
    run_ids = store.add_group("sweep", "someone", "{}", [RunSpec()] * 60).run_ids
    forth = [str(tmp_path), url, *run_ids]
    back = [str(tmp_path), url, *reversed(run_ids)]
    with processes(4, _CLAIMER, forth, back) as started:
        claims = [run_id for said in answers(started) for run_id in json.loads(said)]
    assert sorted(claims) == sorted(run_ids)
    assert {run.attempt for run in store.runs()} == {1}


def test_a_new_history_can_be_opened_by_all_at_once(
    tmp_path: Path, url: str, reopen: Callable[[], Store]
) -> None:
    with processes(6, _OPENER, [str(tmp_path), url]) as started:
        groups = answers(started)
    store = reopen()
    assert sorted(group.id for group in store.groups()) == sorted(groups)


def test_a_writer_killed_in_the_middle_leaves_whole_appends(
    tmp_path: Path, url: str, reopen: Callable[[], Store]
) -> None:
    store = reopen()
    (run_id,) = store.add_group("race", "someone", "{}", [RunSpec()]).run_ids
    reader = RunReader(store, run_id)
    endless = "1000000"  # however long this process is kept from looking
    with processes(1, _WRITER, [str(tmp_path), url, endless, run_id]) as (writer,):
        while len(reader.history().series.get("train/loss", ())) < 60:
            assert writer.poll() is None
        writer.kill()
        writer.wait()
    curve = RunReader(store, run_id).history().series["train/loss"]
    assert len(curve) % 3 == 0
    assert curve.step.tolist() == list(range(len(curve)))
    assert store.run(run_id).step == len(curve)
    store.append(run_id, 1, [Progress(len(curve) + 1)])
    assert store.run(run_id).step == len(curve) + 1


def test_the_history_opens_without_torch() -> None:
    code = (
        "import sys, tempfile, pathlib, resnet_viz.store as s\n"
        "store = s.open_store(pathlib.Path(tempfile.mkdtemp()))\n"
        "store.runs(); store.close()\n"
        "print([m for m in ('torch', 'torchvision', 'streamlit') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
