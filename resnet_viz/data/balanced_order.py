"""One fixed order of a data set in which every beginning is balanced over the classes."""

import numpy as np
import numpy.typing as npt

_SEED = 20151210


def balanced_order(labels: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Indices [N] that go through the classes in turn, the images of each in a fixed random order.

    The first k contain every class equally often (±1) for as long as the rarest
    class lasts, and smaller k are contained in larger ones.

    Args:
        labels: classes [N].
    """
    # RandomState, because NumPy promises that its stream never changes.
    shuffled = np.random.RandomState(_SEED).permutation(len(labels)).astype(np.int64)
    label = labels[shuffled]
    by_class = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[by_class], label[by_class], side="left")
    turn = np.empty(len(labels), np.int64)
    turn[by_class] = np.arange(len(labels)) - starts
    return shuffled[np.lexsort((label, turn))]
