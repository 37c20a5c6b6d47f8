"""The source code of a network for exported programs: plain PyTorch, without this project.

A family has a function that writes it, or the module that builds its networks
has a part between the lines `BEGINS` and `ENDS` that stands by itself: plain
PyTorch with ``torch``, ``nn`` and ``F`` (for ``gcd`` too), in which the class
`Network` takes as keywords the depth, the fields of its family, ``channels``
and ``classes``. Modules are read as text: nothing here imports torch.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final, cast

from resnet_viz.networks.families import family_of
from resnet_viz.specs import DataShape, NetworkSpec

BEGINS: Final = "# Exported as it is from here on.\n"
ENDS: Final = "# Exported as it is up to here.\n"


@dataclass(frozen=True, slots=True)
class Source:
    """Code that defines a network, and the expression that makes it.

    Modules and parameters are named as in a checkpoint of this project.
    ``for_captum`` are statements on ``network`` that some methods of captum need first. ``draws``:
    whether the code has a class ``Kept`` whose modules leave out something at random where they have
    the ``seed`` of a training step (see `chance`).
    """

    code: str
    made: str
    for_captum: str = ""
    draws: bool = False


def source_of(spec: NetworkSpec, shape: DataShape) -> Source:
    """The source code of the network of ``spec`` for data of ``shape``."""
    family = family_of(spec)
    if family.source:
        module, _, name = family.source.partition(":")
        return cast(Source, getattr(import_module(module), name)(spec, shape))
    fields = ("depth", *(name for name in family.fields if name != "init"))
    given = {name: getattr(spec, name) for name in fields}
    given |= {"channels": shape.channels, "classes": shape.classes}
    made = f"Network({', '.join(f'{name}={value!r}' for name, value in given.items())})"
    return Source(standalone_part(family.builder.partition(":")[0]), made)


def standalone_part(module: str) -> str:
    """What stands between `BEGINS` and `ENDS` in ``module``."""
    found = find_spec(module)
    assert found is not None
    assert found.origin is not None
    text = Path(found.origin).read_text(encoding="utf-8")
    return "\n\n" + text.partition(BEGINS)[2].partition(ENDS)[0].strip() + "\n"
