"""Which questions about networks take long; for the server, so without torch."""

from collections.abc import Mapping
from typing import Any, Final

from resnet_viz.attribution.methods import METHODS, AttributionOptions

_LONG: Final = frozenset({"baselines", "sanity", "faith", "milliseconds", "onnx", "known"})
_FEW_PASSES: Final = 6
_TYPICAL_PX: Final = 224


def is_long(question: str, values: Mapping[str, Any]) -> bool:
    """Whether ``question`` sends an image through its network more than a few times, or takes as long."""
    if question in _LONG:
        return True
    if question != "maps" or values.get("method") not in METHODS:
        return False
    options = AttributionOptions.checked(**values.get("options", {}))
    passes = METHODS[values["method"]].passes(options, _TYPICAL_PX)
    return passes.forward + passes.backward > _FEW_PASSES
