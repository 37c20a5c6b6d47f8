"""Sentences and numbers for readers of any language.

A `Sentence` keeps an English template and its parameters, like the errors, so
that it is put into words only when and where it is read. Numbers look the same
in all languages: a point for the decimals, powers of ten instead of "e-09".
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import floor, isfinite, isnan, log10
from typing import TypeVar

from resnet_viz.locale import N_, gettext, ngettext

_JOINERS = {"\u200c", "\u200d"}
"""Format characters that words and emoji are spelled with."""
_RUNNING_ON = N_("{before} {following}")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English template (the gettext key) and the values of its ``{name}`` fields, sentences among them."""

    template: str
    parameters: "dict[str, str | int | Sentence]" = field(default_factory=dict)

    def __str__(self) -> str:
        return gettext(self.template).format(**self.parameters)


T = TypeVar("T", bound=str | Sentence)


def sentence(template: str, **parameters: str | int | Sentence) -> Sentence:
    """A `Sentence`; mark ``template`` with `N_`."""
    return Sentence(template, parameters)


def listed(items: Sequence[str | Sentence]) -> str | Sentence:
    """``a, b, c``, with the comma of the reader's language; there is at least one."""
    return _joined(N_("{before}, {following}"), items)


def with_commas(items: Iterable[str]) -> str:
    """``a, b, c`` in the reader's language; empty for none."""
    parts = list(items)
    return str(listed(parts)) if parts else ""


def clauses(items: Sequence[T]) -> T | Sentence:
    """``a; b; c`` in the reader's language, for what has commas of its own; there is at least one."""
    return _joined(N_("{before}; {following}"), items)


def with_semicolons(items: Iterable[str]) -> str:
    """``a; b; c`` in the reader's language, for items that have commas of their own; empty for none."""
    parts = list(items)
    return str(clauses(parts)) if parts else ""


def paragraph(sentences: Iterable[Sentence]) -> list[Sentence]:
    """``sentences`` one after the other as one of them; nothing of none."""
    said = list(sentences)
    return [_joined(_RUNNING_ON, said)] if said else []


def running_text(sentences: Iterable[str | Sentence]) -> str:
    """The sentences one after the other, with the space between them that the reader's language has."""
    said = [text for text in map(str, sentences) if text]
    return str(_joined(_RUNNING_ON, said)) if said else ""


def _joined(template: str, parts: Sequence[T]) -> T | Sentence:
    """All of ``parts`` by a template for two; by halves, so that a thousand do not nest a thousand deep."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return sentence(
        template, before=_joined(template, parts[:half]), following=_joined(template, parts[half:])
    )


def number(value: float | None, digits: int | None = None) -> str:
    """Three digits: ``0.594``, ``1,250``, ``5.96·10⁻⁹``, ``0`` for exactly zero, ``–`` for none.

    ``digits``: how many it is good for, where those are fewer; ``1,700`` with two.
    """
    if value is None or isnan(value):
        return "–"
    sign = "−" if value < 0 else ""
    size = abs(value)
    if not isfinite(size):
        return f"{sign}∞"
    if size == 0:
        return "0"
    shown = digits or 3
    rounded = float(f"{size:.{shown - 1}e}")
    exponent = floor(log10(rounded))
    if not -3 <= exponent < 6:
        mantissa = f"{size:.{shown - 1}e}".split("e")[0]
        return f"{sign}{mantissa}·10{str(exponent).translate(_SUPERSCRIPTS)}"
    return f"{sign}{rounded if digits else size:,.{max(0, shown - 1 - exponent)}f}"


def percent(share: float | None) -> str:
    """A share of 1 in percent with one decimal, ``69.3%``; ``–`` for none."""
    if share is None or isnan(share):
        return "–"
    size = f"{abs(share) * 100:.1f}"
    return f"{'−' if share < 0 and size != '0.0' else ''}{size}%"


def points(share: float | None) -> str:
    """A difference of shares in percentage points, ``−26.0``; ``–`` for none."""
    return percent(share).removesuffix("%")


def signed(shown: str) -> str:
    """A difference with its direction: ``+0.38``; what has a sign, is zero or is none stays as it is."""
    return f"+{shown}" if any(digit in shown for digit in "123456789") and shown[0] != "−" else shown


def count(value: int) -> str:
    """A whole number with separators: ``464,154``."""
    return f"{value:,}"


def after_steps(step: int) -> str:
    """When in a training: ``after 150 steps``. Steps are counted from 1, so this is also after step 150."""
    return ngettext("after {steps} step", "after {steps} steps", step).format(steps=count(step))


def data_size(size_bytes: float) -> str:
    """Bytes for people: ``–``, ``12 kB``, ``3.4 MB``, ``1.2 GB``."""
    if not size_bytes:
        return "–"
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.1f} {unit}"
    return f"{max(1, round(size_bytes / 1e3))} kB"


def duration(seconds: float) -> str:
    """A time span: ``45 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return gettext("{s} s").format(s=whole)
    if whole < 3600:
        return gettext("{min} min {s} s").format(min=whole // 60, s=whole % 60)
    return gettext("{h} h {min} min").format(h=whole // 3600, min=whole % 3600 // 60)


def visible(text: str) -> str:
    """``text`` on one line that does nothing to whatever shows it.

    Characters that control a terminal, break the line or turn the direction of
    writing are shown as ``\\x1b``, ``\\n`` or ``\\u202e``; bytes of a file name
    that are not UTF-8 as ``\\udce9``.
    """
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if (category[0] == "C" and character not in _JOINERS) or category in ("Zl", "Zp"):
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character
