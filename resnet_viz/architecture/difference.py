"""What one network has and another has not."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from resnet_viz.architecture.graph import Architecture, Kind, Operation


@dataclass(frozen=True, slots=True)
class Difference:
    """Of two networks a and b: how many operations they share, and what only one has.

    Operations are the same that do the same in the same order, whatever they are called.
    """

    same: int
    added: tuple[Operation, ...]
    removed: tuple[Operation, ...]

    def count_added(self, kind: Kind) -> int:
        """How many of ``kind`` only b has."""
        return sum(operation.kind == kind for operation in self.added)


def difference(a: Architecture, b: Architecture) -> Difference:
    """What has to be added to ``a`` and removed from it to make ``b``."""
    first, second = a.operations, b.operations
    matcher = SequenceMatcher(
        None, [one.signature for one in first], [one.signature for one in second], autojunk=False
    )
    kept = matcher.get_matching_blocks()
    in_both_a = {i for match in kept for i in range(match.a, match.a + match.size)}
    in_both_b = {i for match in kept for i in range(match.b, match.b + match.size)}
    return Difference(
        len(in_both_a),
        tuple(one for i, one in enumerate(second) if i not in in_both_b),
        tuple(one for i, one in enumerate(first) if i not in in_both_a),
    )
