"""Text in lines that fit: plotly.js breaks none.

Widths are in units of the size of the letters. `textwrap` takes all letters to be of one width, and breaks
Chinese, which has no spaces, anywhere.
"""

from collections.abc import Iterator
from typing import Final
from unicodedata import east_asian_width

LETTER: Final = 0.53
"""Mean width of a Latin letter; a Chinese one is as wide as its size."""
_NEVER_FIRST: Final = " ，。；：、）！？”"


def wrapped(text: str, most: float) -> list[str]:
    """Lines of a width of ``most``, broken between words, behind hyphens, or between Chinese characters."""
    lines, line = [], ""
    for part in _parts(text):
        if line and width_of(line + part.rstrip()) > most:
            lines.append(line.rstrip())
            line = ""
        line += part
    return [*lines, line.rstrip()]


def width_of(text: str) -> float:
    """About."""
    return sum(1.0 if _is_wide(letter) else LETTER for letter in text)


def _parts(text: str) -> Iterator[str]:
    """What may not be broken: words with the space behind them, single Chinese characters."""
    part = ""
    for letter in text:
        if part and letter not in _NEVER_FIRST and _can_end(part, letter):
            yield part
            part = ""
        part += letter
    yield part


def _can_end(part: str, letter: str) -> bool:
    """Whether a line may end with ``part``, ``letter`` coming next."""
    is_hyphenated = part.endswith("-") and part[-2:-1].isalpha() and letter.isalpha()
    return part.endswith(" ") or is_hyphenated or _is_wide(part[-1]) or _is_wide(letter)


def _is_wide(letter: str) -> bool:
    return east_asian_width(letter) in "WF"
