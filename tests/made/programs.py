"""Python programs that are handed out, run by themselves."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_FORKING = Path(__file__).with_name("forking.py")


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code, and what it wrote to stdout and to stderr."""

    code: int
    out: str
    err: str


class Programs:
    """Runs programs with nothing of this project in reach, each in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(
        self,
        script: Path,
        *arguments: object,
        folder: Path,
        warnings: Literal["error", "ignore"] = "ignore",
        environment: Mapping[str, str] | None = None,
    ) -> Ended:
        """Run ``script`` in ``folder``, as ``python -W warnings script arguments``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.NamedTemporaryFile("r") as out, tempfile.NamedTemporaryFile("r") as err:
            asked = {
                "script": str(script),
                "arguments": [str(argument) for argument in arguments],
                "folder": str(folder),
                "warnings": warnings,
                "environment": dict(environment or {}),
                "out": out.name,
                "err": err.name,
            }
            print(json.dumps(asked), file=self._process.stdin, flush=True)
            code = int(self._process.stdout.readline())
            return Ended(code, out.read(), err.read())


@contextmanager
def opened_programs() -> Iterator[Programs]:
    """`Programs` for as long as they are needed."""
    command = [sys.executable, "-I", "-W", "ignore", str(_FORKING)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Programs(process)
