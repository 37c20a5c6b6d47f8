"""The script of a question: plain PyTorch that gives the numbers of the page without this project.

The scripts are files of their own, of 30 to 60 lines, that import ``networks.py``, which lies beside them:
the networks, their images and their training loop. What stands here is what they are given: the settings,
and the weights and images that the page computes with.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors import safe_open

from resnet_viz.data.arrays import Arrays, read_arrays
from resnet_viz.data.arrays import bundled_path as bundled_images
from resnet_viz.data.balanced_order import balanced_order
from resnet_viz.data.catalogue import BUNDLED, info, shape_of
from resnet_viz.data.first_drawn import first_drawn
from resnet_viz.data.sources import SOURCES
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.lab.answers import Asking
from resnet_viz.lab.costs import file_of
from resnet_viz.lab.question import Settings
from resnet_viz.lab.questions.identity_blocks import BATCH
from resnet_viz.lab.weights import START
from resnet_viz.locale import N_
from resnet_viz.specs import NetworkSpec, RunSpec
from resnet_viz.store import Store

SCRIPTS: Final = Path(__file__).parents[2] / "assets" / "scripts"
NETWORKS: Final = "networks.py"

_Count = int | str | None
"""So many images, or as many as the setting of that name says; None: those that further training draws."""
_IMAGES: Final[Mapping[str, tuple[_Count, _Count]]] = {
    "block_change": (0, "images"),
    "paths": (0, "images"),
    "linear_probe": ("images", 1000),
    "lesion": (0, "images"),
    "removals": (0, "images"),
    "landscape": ("images", 0),
    "one_weight": ("images", 0),
    "identity_blocks": (None, "images"),
    "folded": (0, "images"),
}
"""How many training and test images a question about a pair looks at."""
_OF_STATISTICS: Final = 256
"""Training images that batch normalisation has its statistics from where weights are no trained ones."""

_Named = dict[str, npt.NDArray[Any]]


class TakeAway(NamedTuple):
    """A script: ``NAME.py`` is ``source``; what it reads, ``NAME.npz``, is made when it is asked for."""

    name: str
    source: str
    arrays: Callable[[], _Named]

    def zipped(self) -> bytes:
        """All its files in a folder, packed."""
        packed = io.BytesIO()
        np.savez_compressed(packed, **self.arrays())  # type: ignore[arg-type]  # the stub means allow_pickle
        files = {
            f"{self.name}.py": self.source.encode(),
            NETWORKS: (SCRIPTS / NETWORKS).read_bytes(),
            f"{self.name}.npz": packed.getvalue(),
        }
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as target:
            for name, content in files.items():
                target.writestr(f"lab-{self.name}/{name}", content)
        return made.getvalue()


class _Subject(NamedTuple):
    """A trained network: its type, its file, and what that says about itself."""

    family: str
    path: Path
    spec: RunSpec
    normalised_with: _Named


def take_away(store: Store, asked: Asking, data_folder: Path) -> TakeAway:
    """The script of ``asked``, after all that can be refused; of several pairs it is about the first.

    Raises:
        NotFound: there are no such networks, or their images are not here.
        InvalidSetting: the script has no networks of that type.
    """
    if asked.question.needs == "pair":
        subjects = [_subject(one) for one in asked.values(store)["networks"]]
        seed = next(iter(asked.subjects(store).seeds), None)
        begins = asked.settings.get("weights") == START
        shapes = [
            [one.family, _shape(one.spec, begins=begins), one.spec.train.seed, one.spec.network.init]
            for one in subjects
        ]
        images = _images_of(subjects[0].spec, data_folder)
        return TakeAway(
            asked.question.name,
            script_of(asked, seed),
            lambda: _of_pair(asked, subjects, images) | {"networks": np.array(json.dumps(shapes))},
        )
    return TakeAway(asked.question.name, script_of(asked), lambda: _of_none(asked))


def script_of(asked: Asking, seed: int | None = None) -> str:
    """``NAME.py``: the file of the question with the settings that are ``asked`` for.

    ``seed``: of the pair of a race that it is about.
    """
    name = asked.question.name
    source = (SCRIPTS / f"{name}.py").read_text(encoding="utf-8")
    for setting, value in asked.settings.items():
        shown = f'"{value}"' if isinstance(value, str) else repr(value)
        source = re.sub(rf"^{setting.upper()} = .*$", f"{setting.upper()} = {shown}", source, flags=re.M)
    about = ""
    if asked.question.needs == "pair":
        which = f", seed {seed}" if seed is not None else ""
        about = f"Networks: {asked.about}{which}{f', step {asked.step}' if asked.step else ''}. "
    needs = f"Needs torch and numpy, {NETWORKS} and {name}.npz."
    return f'"""{asked.question.title}\n\n{about}From ResNet Viz. {needs}"""\n\n{source}'


def _of_none(asked: Asking) -> _Named:
    arrays = read_arrays(bundled_images(BUNDLED))
    test = None if asked.question.needs == "training" else 0
    return _cut(arrays, balanced_order(arrays.train_labels), test)


def _of_pair(asked: Asking, subjects: Sequence[_Subject], images: Path) -> _Named:
    begins = asked.settings.get("weights") == START
    data = subjects[0].spec.data
    found: _Named = {"px": np.array(data.resolution_px or info(data.dataset).image_px)}
    for one in subjects:
        found |= one.normalised_with
        found |= {} if begins else {f"{one.family}/{name}": w for name, w in _weights(one.path).items()}
    train, test = (
        int(asked.settings[count]) if isinstance(count, str) else count
        for count in _IMAGES[asked.question.name]
    )
    if begins and train is not None:
        train = max(train, _OF_STATISTICS)
    arrays = read_arrays(images)
    order = balanced_order(arrays.train_labels)
    if train is None:
        chosen = _drawn(len(order), asked.settings)
        found |= {"train_places": chosen, "train_count": np.array(len(order))}
        order = order[chosen]
    return found | _cut(arrays, order[:train], test)


def _drawn(count: int, settings: Settings) -> npt.NDArray[np.int64]:
    """Which training images are looked at: the first, and those of the further steps of all seeds."""
    seeds, steps = int(settings["seeds"]), int(settings["steps"])
    if (number := BATCH * steps) > count:  # a second epoch
        return np.arange(count)
    drawn = (first_drawn(count, number, seed) for seed in range(seeds))
    return np.unique(np.concatenate([np.arange(min(count, _OF_STATISTICS)), *drawn]))


def _subject(network: Mapping[str, str]) -> _Subject:
    path = file_of(network["model"])
    with safe_open(path, framework="numpy") as source:
        about = json.loads(source.metadata()["resnet_viz"])
    normalised_with = {key: np.array(about[key], np.float32) for key in ("mean", "std")}
    return _Subject(network["family"], path, RunSpec.model_validate(about["spec"]), normalised_with)


def _weights(path: Path) -> _Named:
    with safe_open(path, framework="numpy") as source:
        names = [name for name in source.keys() if name.startswith("model.")]  # noqa: SIM118 - not a dict
        return {name.removeprefix("model."): source.get_tensor(name) for name in names}


def _shape(spec: RunSpec, *, begins: bool) -> dict[str, int | bool]:
    """What ``Network`` in `NETWORKS` is told."""
    network, shape = spec.network, shape_of(spec.data)
    usual = NetworkSpec(
        **{name: getattr(network, name) for name in ("depth", "width", "shortcut", "norm", "init")}
    )
    known = network.shortcut in ("none", "identity") and network.norm != "group"
    if network != usual or not known or (begins and network.init == "zero-last-norm"):
        raise InvalidSetting(
            "no_lab_script",
            N_(
                "There is a script for plain and residual networks of basic blocks with identity shortcuts, "
                "with batch normalisation or without any; {network} is another one."
            ),
            network=network.role,
        )
    return {
        "depth": network.depth,
        "skip": network.shortcut != "none",
        "norm": network.norm == "batch",
        "width": network.width,
        "channels": shape.channels,
        "classes": shape.classes,
    }


def _images_of(spec: RunSpec, data_folder: Path) -> Path:
    """Where they lie, as `inspection.own_images` has them: of full Fashion-MNIST the bundled part."""
    dataset = spec.data.dataset
    if dataset in (BUNDLED, "fashion-mnist"):
        return bundled_images(BUNDLED)
    path = SOURCES[dataset].kept_path(data_folder)
    if not path.is_file():
        raise NotFound(
            "no_images_for_script",
            N_("The images of {dataset} are not on this machine any more; run a race with them first."),
            dataset=dataset,
        )
    return path


def _cut(arrays: Arrays, train: npt.NDArray[np.int64], test: int | None) -> _Named:
    """The images ``train``, the first so many test images, None being all, and their labels."""
    found = {
        "train_images": arrays.train_images[train],
        "train_labels": arrays.train_labels[train],
        "test_images": arrays.test_images[:test],
        "test_labels": arrays.test_labels[:test],
    }
    return {name: values for name, values in found.items() if len(values)}
