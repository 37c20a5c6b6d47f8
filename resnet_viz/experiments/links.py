"""How the values of settings are written in links, and read from them and from the command line."""

from collections.abc import Sequence
from typing import Any, Final

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.locale import N_
from resnet_viz.networks.families import possible_depths

_NOTHING: Final = "all"


def read(name: str, text: str, spec: Experiment) -> Any:
    """What ``text`` means for the setting ``name`` of ``spec``; raises `InvalidSetting`."""
    if name == "families":
        # Unless it is escaped, a plus in a link means a space.
        return tuple(word.strip().replace(" ", "+") for word in text.split(",") if word.strip())
    if name == "depths":
        return _depths(text, possible_depths(spec.families, spec.run.network))
    return None if text == _NOTHING else text


def written(value: Any) -> str:
    """``value`` as `read` takes it."""
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).removesuffix(".0")


def _depths(text: str, legal: Sequence[int]) -> tuple[int, ...]:
    """``8,20,32`` or, for all that exist between two, ``8-44``; raises `InvalidSetting`."""
    found: set[int] = set()
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words or [text]:
        first, dash, last = word.partition("-")
        ends = (first, last) if dash else (first,)
        if not all(end.isascii() and end.isdecimal() and len(end) < 6 for end in ends):
            raise InvalidSetting(
                "depths",
                N_("Depths must be whole numbers separated by commas, such as 8,20,32, not {text}."),
                field="depths",
                text=text[:60],
            )
        low, high = int(ends[0]), int(ends[-1])
        found |= {depth for depth in legal if low <= depth <= high} if dash else {low}
    return tuple(sorted(found))
