"""Commands called as a person or a program would, and what they said."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.cli.app import main


def call(*arguments: str) -> int:
    """The exit code of the command, run in this process."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def output(capsys: pytest.CaptureFixture[str]) -> Any:
    """The JSON that was printed."""
    return json.loads(capsys.readouterr().out)


def assert_refused(arguments: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong input: exit code 2, nothing on stdout, one sentence with ``words`` on stderr."""
    assert call(*arguments.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def run_program(arguments: Sequence[str], home: Path) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own that succeeds, with its history in ``home``."""
    done = subprocess.run(
        [sys.executable, "-m", "resnet_viz", *arguments],
        env=os.environ | {"RESNET_VIZ_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=115,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done
