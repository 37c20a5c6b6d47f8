"""A run as one readable file of plain PyTorch that trains to the same numbers, without this project."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from resnet_viz.errors import InvalidSetting
from resnet_viz.exports.script.program import equivalent_script
from resnet_viz.locale import N_
from resnet_viz.store import RunRecord, Store

__all__ = ["equivalent_script", "script_file"]


def script_file(_store: Store, run: RunRecord, _step: int | None) -> Callable[[Path], object]:
    """What writes the script of ``run`` to a file; raises `InvalidSetting`."""
    if run.spec.fork is not None:
        raise InvalidSetting(
            "no_script_of_a_fork",
            N_("Run {id} is a fork, which continues another run; there is no script that trains it."),
            id=run.id,
        )
    text = equivalent_script(run.spec, run.facts)
    return partial(Path.write_text, data=text, encoding="utf-8")
