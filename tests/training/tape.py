"""Records units on a CPU as a CUDA graph does: operations with the addresses and numbers they were given.

What a graph would get wrong, this gets wrong too: a number of the host is the one it was when the unit was
recorded, a tensor that has moved is read at its old place, and a unit that waits for the device cannot be
recorded. A replay gives the bits of the unit itself, so the two can be compared exactly.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from resnet_viz.training.capture import Work

_WAITS = {torch.ops.aten._local_scalar_dense.default}


class _Operation(NamedTuple):
    function: Any
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    results: list[Any]

    def again(self) -> None:
        found = tree_leaves(self.function(*self.arguments, **self.options))
        for there, value in zip(self.results, found, strict=True):
            if isinstance(there, Tensor) and there.data_ptr() != value.data_ptr():
                there.copy_(value)


class _Listening(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations: list[_Operation] = []
        self.before: dict[int, tuple[Tensor, Tensor]] = {}
        self._made: set[int] = set()

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function in _WAITS:
            raise RuntimeError("operation not permitted when stream is capturing")
        given = [value for value in tree_leaves((args, kwargs)) if isinstance(value, Tensor)]
        for tensor in given:
            self._remember(tensor)
        result = function(*args, **(kwargs or {}))
        leaves = tree_leaves(result)
        found = {_place(leaf) for leaf in leaves if isinstance(leaf, Tensor)}
        self._made |= found
        is_view = found and found <= set(map(_place, given)) and not function._schema.is_mutable
        if not is_view:  # a view shows what there is
            self.operations.append(_Operation(function, args, kwargs or {}, leaves))
        return result

    def _remember(self, tensor: Tensor) -> None:
        place = _place(tensor)
        if place not in self._made and place not in self.before:
            whole = torch.empty(0, dtype=torch.uint8).set_(tensor.untyped_storage())
            self.before[place] = (whole, whole.clone())


class Tape:
    """A `Recorder` for a CPU; ``fails_at`` counts the recordings until one fails with ``error``."""

    def __init__(self, fails_at: int | None = None, error: RuntimeError | None = None) -> None:
        self.warmed_up = 0
        self.recorded = 0
        self.replayed = 0
        self.given_back = 0
        self._fails_at = fails_at
        self._error = error or RuntimeError("CUDA error: operation not supported\nmore of it")

    def warm_up(self, work: Work) -> None:
        self.warmed_up += 1
        work()

    def record(self, work: Work) -> Work:
        if self.recorded == self._fails_at:
            raise self._error
        listening = _Listening()
        with listening:
            work()
        with torch.no_grad():
            for whole, value in listening.before.values():
                whole.copy_(value)  # a recording carries nothing out
        self.recorded += 1

        @torch.no_grad()
        def replay() -> None:
            self.replayed += 1
            for operation in listening.operations:
                operation.again()

        return replay

    def give_back(self) -> None:
        self.given_back += 1


def _place(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
