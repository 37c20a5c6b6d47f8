"""Where output goes: results on stdout, everything for people's eyes on stderr.

Nothing else writes to either. What is named by others (files, tags, links) does
nothing to the terminal, and signs that its encoding lacks are replaced.
"""

import codecs
import json
import os
import re
import sys
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Final, cast

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from resnet_viz.wording import visible

_LEGIBLE: Final = "resnet_viz.legible"
_STAND_INS: Final = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "×": "x", "·": "*", "÷": "/", "±": "+-", "‖": "||", "Δ": "d", "→": "->"}
    | {"‘": "'", "’": "'", "“": '"', "”": '"', "≈": "~", "≥": ">=", "≤": "<=", "∞": "inf"}
    | {"，": ",", "。": ".", "：": ":", "；": ";", "（": "(", "）": ")"}
)
_WIDEST: Final = 500
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")


class _Patient:
    """Stderr, whose loss (a full disk under a log) ends nothing; that its reader has left does."""

    def write(self, text: str) -> int:
        self._attempt(lambda: sys.stderr.write(text))
        return len(text)

    def flush(self) -> None:
        self._attempt(lambda: sys.stderr.flush())

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr, name)

    @staticmethod
    def _attempt(write: Callable[[], object]) -> None:
        try:
            write()
        except BrokenPipeError:
            raise
        except OSError:
            return


notes = Console(file=cast(IO[str], _Patient()), highlight=False, emoji=False)
results = Console(highlight=False, emoji=False)


def say(sentence: str) -> None:
    """One line for a person."""
    notes.print(Text(visible(sentence)), soft_wrap=True)


def show(result: str | Table) -> None:
    """One line of a result, or a table, for a person; no width costs a table its contents."""
    if isinstance(result, str):
        results.print(Text(visible(result)), soft_wrap=True)
        return
    needed = results.measure(result, options=results.options.update(max_width=_WIDEST)).maximum
    wide = Console(highlight=False, emoji=False, width=max(needed, results.width))
    wide.print(result, crop=False)


def put_json(value: Any) -> None:
    """``value`` as one line of JSON on stdout; what is not finite becomes null.

    In ASCII, which is the same in every encoding that a redirect may have; keys that are numbers, such
    as depths, become strings.
    """
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()
    print(_NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text))


def put_file(content: bytes) -> None:
    """A text file on stdout, byte for byte."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def make_legible() -> None:
    """Have the streams replace what their encoding lacks, by signs that mean the same where there are any."""
    codecs.register_error(_LEGIBLE, _replaced)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors=_LEGIBLE)  # type: ignore[union-attr]


def give_up_results() -> None:
    """Leave what is still to be written to stdout unwritten, also when Python ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end].translate(_STAND_INS)
    plain = unicodedata.normalize("NFKD", letters).translate(_STAND_INS)
    marks = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() else "?" for letter in marks), error.end
