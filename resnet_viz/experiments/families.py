"""Network types of an experiment: networks of any depth that differ from its recipe in a few words.

A family is written as words joined by ``+``: first ``plain`` or ``residual``,
then what differs from the recipe: a block, a shortcut, a normalisation
(``no-norm`` for none), such as ``residual+projection`` or ``plain+bottleneck``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self, get_args

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.specs import Block, NetworkSpec, Norm, Role, Shortcut, legal_depths

_NO_NORM = "no-norm"
_FIELD_OF: dict[str, tuple[str, str]] = {
    **{block: ("block", block) for block in get_args(Block)},
    **{shortcut: ("shortcut", shortcut) for shortcut in get_args(Shortcut) if shortcut != "none"},
    **{norm: ("norm", norm) for norm in get_args(Norm) if norm != "none"},
    _NO_NORM: ("norm", "none"),
}


@dataclass(frozen=True, slots=True)
class Family:
    """Networks of any depth: a role, and what differs from the recipe's network (None: nothing)."""

    role: Role
    block: Block | None = None
    shortcut: Shortcut | None = None
    norm: Norm | None = None

    @property
    def name(self) -> str:
        """As `family` reads it, words in one order."""
        norm = _NO_NORM if self.norm == "none" else self.norm
        return "+".join(word for word in (self.role, self.block, self.shortcut, norm) if word)

    def network(self, base: NetworkSpec, depth: int) -> NetworkSpec:
        """``base`` as this family has it, ``depth`` layers deep; raises `InvalidSetting`."""
        shortcut: Shortcut = "none"
        if self.role == "residual":
            shortcut = self.shortcut or ("identity" if base.shortcut == "none" else base.shortcut)
        starts_silent = base.init == "zero-last-norm"
        return base.but(
            depth=depth,
            block=self.block or base.block,
            shortcut=shortcut,
            norm=self.norm or base.norm,
            init="he" if starts_silent and shortcut == "none" else base.init,
        )

    def is_twin_of(self, other: Self, base: NetworkSpec) -> bool:
        """Whether the two differ in nothing but their shortcuts."""
        return (self.block or base.block, self.norm or base.norm) == (
            other.block or base.block,
            other.norm or base.norm,
        )


@cache
def family(text: str) -> Family:
    """The family called ``text``; raises `InvalidSetting`."""
    role, *words = text.strip().lower().split("+")
    found: dict[str, Any] = {}
    for word in words:
        if word not in _FIELD_OF:
            raise _unknown(text)
        name, value = _FIELD_OF[word]
        if found.setdefault(name, value) != value:
            raise _unknown(text)
    if role not in get_args(Role) or (role == "plain" and "shortcut" in found):
        raise _unknown(text)
    return Family(role, **found)  # type: ignore[arg-type]


def nearest_depth(block: Block, depth: int) -> int:
    """``depth``, or the nearest that ``block`` has."""
    return min(legal_depths(block), key=lambda legal: abs(legal - depth))


def common_depths(families: Iterable[str], base: NetworkSpec) -> list[int]:
    """Depths that all ``families`` have, built on ``base``; raises `InvalidSetting`."""
    blocks = {family(name).block or base.block for name in families} or {base.block}
    first, *others = [legal_depths(block) for block in blocks]
    return sorted(set(first).intersection(*others))


def nearest_common_depths(
    depths: Sequence[int], families: Iterable[str], base: NetworkSpec
) -> tuple[int, ...]:
    """Each of ``depths``, or the nearest that all ``families`` have; raises `InvalidSetting`."""
    legal = common_depths(families, base)
    return tuple(sorted({min(legal, key=lambda known: abs(known - depth)) for depth in depths}))


def _unknown(text: str) -> InvalidSetting:
    return InvalidSetting(
        "unknown_family",
        N_(
            "There is no network type {family}; write plain or residual, then any of these with a +: {words}."
        ),
        field="families",
        family=text[:60],
        words=", ".join(_FIELD_OF),
    )
