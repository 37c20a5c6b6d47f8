"""Where output goes: results on stdout, everything for people's eyes on stderr."""

from typing import Any

import orjson
from rich.console import Console

notes = Console(stderr=True, highlight=False)
results = Console(highlight=False)


def say(sentence: str) -> None:
    """One line for a person."""
    notes.print(sentence, markup=False, soft_wrap=True)


def put_json(value: Any) -> None:
    """``value`` as one line of JSON on stdout; what is not finite becomes null."""
    print(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode())
