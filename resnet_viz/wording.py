"""Sentences and numbers for readers of any language.

A `Sentence` keeps an English template and its parameters, like the errors, so
that it is put into words only when and where it is read. Numbers look the same
in all languages: a point for the decimals, powers of ten instead of "e-09".
"""

from dataclasses import dataclass, field
from math import floor, isfinite, isnan, log10

from resnet_viz.locale import gettext

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English template (the gettext key) and the values of its ``{name}`` fields, sentences among them."""

    template: str
    parameters: "dict[str, str | int | Sentence]" = field(default_factory=dict)

    def __str__(self) -> str:
        return gettext(self.template).format(**self.parameters)


def sentence(template: str, **parameters: str | int | Sentence) -> Sentence:
    """A `Sentence`; mark ``template`` with `N_`."""
    return Sentence(template, parameters)


def number(value: float | None, digits: int | None = None) -> str:
    """Three digits: ``0.594``, ``1,250``, ``5.96·10⁻⁹``, ``0`` for exactly zero, ``–`` for none.

    With ``digits``, just so many count: ``1,700``, ``5.9·10⁻⁹``.
    """
    if value is None or isnan(value):
        return "–"
    sign = "−" if value < 0 else ""
    size = abs(value)
    if not isfinite(size):
        return f"{sign}∞"
    if size == 0:
        return "0"
    places = 2 if digits is None else digits - 1
    if digits is not None:
        size = float(f"{size:.{places}e}")
    exponent = floor(log10(float(f"{size:.{places}e}")))
    if not -3 <= exponent < 6:
        whole = f"{size / 10.0**exponent:.{places}f}" if exponent > -300 else ""
        mantissa = whole or f"{size:.{places}e}".split("e")[0]
        return f"{sign}{mantissa}·10{str(exponent).translate(_SUPERSCRIPTS)}"
    return f"{sign}{size:,.{max(0, places - exponent)}f}"


def in_a_row(*sentences: str) -> str:
    """Whole sentences one after the other; what stands between them is the language's."""
    text = ""
    for one in filter(None, sentences):
        text = gettext("{before} {after}").format(before=text, after=one) if text else one
    return text


def percent(share: float | None) -> str:
    """A share of 1 in percent with one decimal, ``69.3 %``; ``–`` for none."""
    if share is None or isnan(share):
        return "–"
    return f"{'−' if share < 0 else ''}{abs(share) * 100:.1f} %"


def points(share: float | None) -> str:
    """A difference of shares in percentage points, ``−26.0``; ``–`` for none."""
    return percent(share).removesuffix(" %")


def count(value: int) -> str:
    """A whole number with separators: ``464,154``."""
    return f"{value:,}"


def duration(seconds: float) -> str:
    """A time span: ``45 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return gettext("{s} s").format(s=whole)
    if whole < 3600:
        return gettext("{min} min {s} s").format(min=whole // 60, s=whole % 60)
    return gettext("{h} h {min} min").format(h=whole // 3600, min=whole % 3600 // 60)
