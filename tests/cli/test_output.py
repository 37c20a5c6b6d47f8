"""What reaches the terminal: legible in any encoding, inert whatever files are called, whole or a refusal."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.table import Table

from resnet_viz.cli.console import make_legible, put_json, say, show
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.findings.verdict import depth_verdict
from resnet_viz.store import Labels, Store
from tests.cli.calls import call, output
from tests.made.specs import sweep
from tests.made.sweeps import cell

_ODD = "a\x1b[2Jb\nc\u202egnp.\x9bd :smile: [bold]"
_ESCAPED = r"a\x1b[2Jb\nc\u202egnp.\x9bd :smile: [bold]"


@contextmanager
def stdout_in(encoding: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.BytesIO]:
    """What is written to stdout while it is redirected on a machine with this encoding."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        yield written
    stream.flush()
    stream.detach()


@pytest.fixture
def race(own_store: Store) -> Experiment:
    """A race that is waiting in the history."""
    spec = RACE.start(RACE.default)
    own_store.add_group("race", "cli", spec.to_json(), spec.runs())
    return spec


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "latin-1", "ascii"])
def test_no_encoding_of_the_terminal_stops_a_command(
    race: Experiment, encoding: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (["runs"], ["race", "--help"]):
        with stdout_in(encoding, monkeypatch) as written:
            assert call(*arguments, "--lang", language) == 0
        assert len(written.getvalue().decode(encoding)) > 50


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "latin-1", "ascii"])
def test_a_verdict_is_printed_in_every_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with stdout_in(encoding, monkeypatch) as written:
        make_legible()
        show("gap −0.5, 5.96·10⁻⁹, ‖Δw‖/‖w‖, 3×3, “café”, 深度")
    words = written.getvalue().decode(encoding)
    assert words.startswith("gap -0.5, 5.96")
    assert words.endswith("深度\n" if encoding == "gbk" else "??\n")
    if encoding == "ascii":
        assert words == 'gap -0.5, 5.96*10-9, ||dw||/||w||, 3x3, "cafe", ??\n'


@pytest.mark.parametrize("arguments", [["runs"], ["runs", "--json"], ["race", "--help"]])
def test_a_full_device_is_one_sentence(
    race: Experiment, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", full)
        assert call(*arguments) == 2
    assert capfd.readouterr().err == "The output cannot be written: No space left on device.\n"


def test_a_full_device_is_all_that_python_says_as_well(race: Experiment, own_home: Path) -> None:
    """At its end it tries once more to write what was not written."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "resnet_viz", "runs"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr.decode() == "The output cannot be written: No space left on device.\n"


def test_a_log_on_a_full_disk_costs_no_result(
    race: Experiment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8", buffering=1) as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", full)
        assert call("runs", "--limit", "1") == 0
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())  # for what waits to be written at closing
    assert "plain-" in capsys.readouterr().out


def test_a_reader_who_has_had_enough_is_no_failure_of_ours(race: Experiment) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "resnet_viz", "runs"], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


def test_without_a_command_the_help_is_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert call() == 2
    said = capsys.readouterr()
    assert "explain" in said.out + said.err
    assert "not understood" not in said.err


def test_names_do_nothing_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(_ODD)
    show(_ODD)
    said = capsys.readouterr()
    assert said.err == said.out == _ESCAPED + "\n"
    say("bytes \udce9 of a name")
    assert capsys.readouterr().err == "bytes \\udce9 of a name\n"
    say("مرحبا 👨\u200d👩\u200d👧 深度")
    assert capsys.readouterr().err == "مرحبا 👨\u200d👩\u200d👧 深度\n"


def test_json_is_the_same_in_every_encoding(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"name": "深度 ‖w‖ 👍 \x1b\u202e", "loss": float("nan")}
    put_json(value)
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert "\x1b" not in printed
    assert json.loads(printed) == value | {"loss": None}


def test_the_verdict_on_a_sweep_with_diverged_networks_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """It counts them by depth, and JSON has no numbers as keys."""
    cells = [
        cell("plain", depth, 0.3, state=RunState.DIVERGED if depth == 14 else RunState.FINISHED)
        for depth in (8, 14)
    ]
    put_json(depth_verdict(sweep(families=("plain",), depths=(8, 14)), cells).to_dict())
    said = json.loads(capsys.readouterr().out)
    assert said["families"]["plain"]["diverged"] == {"14": 1}


def test_a_report_on_stdout_is_the_file_byte_for_byte(
    own_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = RACE.start(RACE.default)
    run_id = own_store.add_group("race", "cli", spec.to_json(), spec.runs()).run_ids[0]
    own_store.library.label([run_id], Labels(name="深度 −1"))
    file = tmp_path / "run"
    for made in ("json", "csv", "html"):
        assert call("export", run_id, "--format", made, "-o", str(file)) == 0
        with stdout_in("ascii", monkeypatch) as written:
            assert call("export", run_id, "--format", made) == 0
        assert written.getvalue() == file.read_bytes()


@pytest.mark.parametrize("name", ["n" * 400, "\x1b[2J", "\x9b2J", "caf\udce9"])
def test_an_imported_name_is_checked_like_one_in_the_form(
    own_store: Store, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = RACE.start(RACE.default)
    (run_id, _) = own_store.add_group("race", "cli", spec.to_json(), spec.runs()).run_ids
    file = tmp_path / "run.json"
    assert call("export", run_id, "-o", str(file)) == 0
    capsys.readouterr()
    assert call("import", str(file), "--name", name, "--json") == 2
    assert output(capsys)["error"]["code"] in ("text_too_long", "text_not_printable")
    assert len(own_store.groups()) == 1


def test_a_table_keeps_its_contents_however_narrow_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    table = Table(box=None)
    for heading in ("run", "network", "state"):
        table.add_column(heading, no_wrap=True)
    table.add_row("abcdefghij", "residual+projection-110", "Interrupted")
    show(table)
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.split() == ["abcdefghij", "residual+projection-110", "Interrupted"]
