"""The answers about several pairs of trained networks, each of another seed, as one frame."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.processes.channel import Frame
from resnet_viz.processes.measuring import Partial

_Array = npt.NDArray[Any]


def pair_by_pair(each: Iterable[Iterable[Partial]], pairs: int, seeds: Sequence[int]) -> Generator[Partial]:
    """All of ``each``, one measurement a pair: the first as it goes, then what there is after every pair.

    A single one is left as it is; several are packed, with their ``seeds``, for `unpacked`.
    """
    whole: list[Frame] = []
    for place, measured in enumerate(each):
        newest = Frame({}, {})
        for partial in measured:
            share = (place + partial.share) / pairs
            if partial.values is not None:
                newest = Frame(dict(partial.values), dict(partial.arrays or {}))
            if pairs == 1:
                yield partial
            elif whole or partial.values is None:
                yield Partial(share)
            else:
                yield _packed(share, [newest], seeds)
        whole.append(newest)
        if len(whole) > 1:
            yield _packed(len(whole) / pairs, whole, seeds)


def unpacked(result: Frame) -> list[Frame]:
    """The answer about each pair; ``result`` itself where it is about one."""
    if "pairs" not in result.values:
        return [result]
    return [
        Frame(values, _arrays_of(result, f"{place}/")) for place, values in enumerate(result.values["pairs"])
    ]


def mean_of(answers: Sequence[Frame]) -> Frame:
    """All numbers of ``answers``, which are to the same question, averaged over them."""
    if len(answers) == 1:
        return answers[0]
    arrays = {name: _mean_array([one.arrays[name] for one in answers]) for name in answers[0].arrays}
    return Frame(_mean([one.values for one in answers]), arrays)


def _packed(share: float, answers: Sequence[Frame], seeds: Sequence[int]) -> Partial:
    arrays = {
        f"{place}/{name}": array for place, one in enumerate(answers) for name, array in one.arrays.items()
    }
    values = {"pairs": [one.values for one in answers], "seeds": list(seeds[: len(answers)])}
    return Partial(share, values, arrays)


def _arrays_of(result: Frame, prefix: str) -> dict[str, _Array]:
    return {
        name.removeprefix(prefix): array for name, array in result.arrays.items() if name.startswith(prefix)
    }


def _mean_array(parts: Sequence[_Array]) -> _Array:
    if all(np.array_equal(one, parts[0]) for one in parts):
        return parts[0]  # as it is: counts stay whole numbers
    found: _Array = np.mean(parts, axis=0)
    return found


def _mean(parts: Sequence[Any]) -> Any:
    first = parts[0]
    if all(one == first for one in parts):
        return first
    if isinstance(first, Mapping):
        return {name: _mean([one[name] for one in parts]) for name in first}
    if isinstance(first, list):
        return [_mean(one) for one in zip(*parts, strict=True)]
    return fmean(parts)
