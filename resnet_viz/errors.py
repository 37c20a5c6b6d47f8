"""Refusals and failures, each with a stable code and one plain sentence.

    ResnetVizError
    ├── InvalidSetting      what was asked for cannot be built or run
    ├── NotFound            the named run, group or file does not exist
    ├── DatasetUnavailable  a data set cannot be had (offline, broken, changed)
    ├── WeightsUnavailable  published weights cannot be had (offline, broken, changed, not downloaded yet)
    ├── CheckpointDamaged   a checkpoint cannot be read back
    ├── ImageRefused        an uploaded image is not accepted
    ├── WeightsRefused      an imported model file is not one of ours, or not sound
    └── StoreUnavailable    the history cannot be opened or written

A message is kept as an English template and its parameters, so that an error
raised in one process and one language can be shown in another: `str(error)`
is the sentence in the language in force when it is asked for. A parameter
``reason`` is translated as well where it is one of the system's own words.
"""

from resnet_viz.locale import N_, gettext

SYSTEM_REASONS = (
    N_("Device or resource busy"),
    N_("Disk quota exceeded"),
    N_("File name too long"),
    N_("File too large"),
    N_("Input/output error"),
    N_("Is a directory"),
    N_("No space left on device"),
    N_("No such file or directory"),
    N_("Not a directory"),
    N_("Permission denied"),
    N_("Read-only file system"),
    N_("Stale file handle"),
    N_("Too many open files"),
)
"""What operating systems say of files and disks (`OSError.strerror`)."""


_SETTINGS = {
    "depth": N_("Depth"),
    "depths": N_("Depths"),
    "families": N_("Network types"),
    "width": N_("Width of the first stage"),
    "block": N_("Block"),
    "shortcut": N_("Shortcut type"),
    "norm": N_("Normalisation"),
    "init": N_("Initial weights"),
    "classes": N_("Classes"),
    "dataset": N_("Data set"),
    "train_size": N_("Training images"),
    "resolution_px": N_("Resolution"),
    "augmentation": N_("Augmentation"),
    "steps": N_("Steps"),
    "batch_size": N_("Batch size"),
    "optimizer": N_("Optimiser"),
    "learning_rate": N_("Learning rate"),
    "momentum": N_("Momentum"),
    "weight_decay": N_("Weight decay"),
    "schedule": N_("Learning-rate schedule"),
    "warmup_steps": N_("Warm-up steps"),
    "precision": N_("Precision"),
    "device": N_("Device"),
    "seed": N_("Seed"),
    "seeds": N_("Number of seeds"),
    "evaluate_every": N_("Steps between tests"),
    "probe_every": N_("Steps between measurements of layers"),
    "state": N_("State"),
    "name": N_("Name"),
    "notes": N_("Notes"),
    "tags": N_("Tags"),
}
"""What forms call the settings that an error names; programs know them by their fields."""


class ResnetVizError(Exception):
    """Base of everything this project raises on purpose.

    Args:
        code: stable identifier for programs, e.g. ``illegal_depth``.
        template: English sentence with ``{name}`` fields; the gettext key.
        parameters: values for the fields.
    """

    def __init__(self, code: str, template: str, **parameters: str | int | float) -> None:
        super().__init__(template)
        self.code = code
        self.template = template
        self.parameters = parameters

    def __str__(self) -> str:
        return gettext(self.template).format(**self._in_words())

    def _in_words(self) -> dict[str, str | int | float]:
        if "reason" not in self.parameters:
            return self.parameters
        return self.parameters | {"reason": gettext(str(self.parameters["reason"]))}


class InvalidSetting(ResnetVizError):
    """What was asked for cannot be built or run; the parameter ``field`` names the setting."""

    @property
    def field(self) -> str:
        """The setting at fault, as the specs name it; empty where it is none in particular."""
        return str(self.parameters.get("field", ""))

    def _in_words(self) -> dict[str, str | int | float]:
        return super()._in_words() | {"field": gettext(_SETTINGS.get(self.field, self.field))}


class NotFound(ResnetVizError):
    """The named run, group or file does not exist."""


class DatasetUnavailable(ResnetVizError):
    """A data set cannot be had: offline, broken or changed at its source."""


class WeightsUnavailable(ResnetVizError):
    """The published weights of a network cannot be had, or were not downloaded yet."""


class CheckpointDamaged(ResnetVizError):
    """A checkpoint cannot be read back."""


class WeightsRefused(ResnetVizError):
    """An imported model file is not one of ours, or not sound."""


class ImageRefused(ResnetVizError):
    """An image from outside is not accepted: not an image, damaged, or beyond the limits."""


class StoreUnavailable(ResnetVizError):
    """The history cannot be opened or written."""
