"""What reaches the terminal: legible in any encoding, inert whatever files are called, whole or a refusal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table

from resnet_viz.cli.console import make_legible, put_json, say, show
from resnet_viz.experiments.links import RACE
from resnet_viz.specs import RaceSpec
from resnet_viz.store import Labels, Store
from tests.cli.calls import call, output

_ODD = "a\x1b[2Jb\nc\u202egnp.\x9bd :smile: [bold]"
_ESCAPED = r"a\x1b[2Jb\nc\u202egnp.\x9bd :smile: [bold]"


def ran(
    arguments: list[str],
    home: Path,
    *,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    **environment: str,
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "resnet_viz", *arguments],
        env=os.environ | {"RESNET_VIZ_HOME": str(home)} | environment,
        stdout=stdout,
        stderr=stderr,
        timeout=100,
        check=False,
    )


@pytest.fixture
def race(own_store: Store) -> RaceSpec:
    """A race that is waiting in the history."""
    spec = RACE.start(RACE.default)
    own_store.add_group("race", "cli", spec.to_json(), spec.members())
    return spec


@pytest.mark.parametrize(
    ("encoding", "language"), [("gbk", "zh"), ("cp1252", "en"), ("latin-1", "zh"), ("ascii", "en")]
)
def test_no_encoding_of_the_terminal_stops_a_command(
    race: RaceSpec, own_home: Path, encoding: str, language: str
) -> None:
    """The words of a verdict have − and ‖, the language may have signs that the encoding lacks."""
    for arguments in (["runs"], ["runs", "--help"]):
        done = ran(["--lang", language, *arguments], own_home, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        assert len(done.stdout.decode(encoding)) > 50


def test_signs_that_an_encoding_lacks_keep_their_meaning(own_home: Path) -> None:
    code = (
        "from resnet_viz.cli.console import make_legible, show\n"
        "make_legible()\n"
        "show('gap −0.5, 5.96·10⁻⁹, ‖Δw‖/‖w‖, 3×3, “café”, 深度')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == 'gap -0.5, 5.96*10-9, ||dw||/||w||, 3x3, "cafe", ??\n'


@pytest.mark.parametrize("arguments", [["runs"], ["runs", "--json"], ["race", "--help"]])
def test_a_full_device_is_one_sentence(race: RaceSpec, own_home: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = ran(arguments, own_home, stdout=full.fileno())
    assert done.returncode == 2
    assert done.stderr.decode() == "The output cannot be written: No space left on device.\n"


def test_a_log_on_a_full_disk_costs_no_result(race: RaceSpec, own_home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = ran(["runs", "--limit", "1"], own_home, stderr=full.fileno())
    assert done.returncode == 0
    assert b"residual-" in done.stdout


def test_a_reader_who_has_had_enough_is_no_failure_of_ours(race: RaceSpec, own_home: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = ran(["runs"], own_home, stdout=writer)
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr == b""


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


def test_a_report_on_stdout_is_the_file_byte_for_byte(
    own_store: Store, own_home: Path, tmp_path: Path
) -> None:
    spec = RACE.start(RACE.default)
    run_id = own_store.add_group("race", "cli", spec.to_json(), spec.members()).run_ids[0]
    own_store.library.label([run_id], Labels(name="深度 −1"))
    file = tmp_path / "run.csv"
    for made in ("json", "csv", "html"):
        assert ran(["export", run_id, "--format", made, "-o", str(file)], own_home).returncode == 0
        shown = ran(["export", run_id, "--format", made], own_home, PYTHONIOENCODING="ascii")
        assert shown.stdout.decode() == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["n" * 400, "\x1b[2J", "\x9b2J", "caf\udce9"])
def test_an_imported_name_is_checked_like_one_in_the_form(
    own_store: Store, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = RACE.start(RACE.default)
    (run_id, _) = own_store.add_group("race", "cli", spec.to_json(), spec.members()).run_ids
    file = tmp_path / "run.json"
    assert call("export", run_id, "-o", str(file)) == 0
    capsys.readouterr()
    assert call("import", str(file), "--name", name, "--json") == 2
    assert output(capsys)["error"]["code"] in ("text_too_long", "text_not_printable")
    assert len(own_store.groups()) == 1


def test_a_table_is_shown_without_styles_from_its_cells(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("run")
    table.add_row("abc")
    make_legible()
    show(table)
    assert "abc" in capsys.readouterr().out
