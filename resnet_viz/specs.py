"""What can be asked for: frozen, validated, JSON in and out, with a digest.

A page, a share link and the command line all end in `checked`, so the same
wrong value gets the same sentence everywhere. Nothing here imports torch.
"""

import hashlib
import json
from typing import Annotated, Any, Literal, Self, cast, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.families import FAMILIES

Block = Literal["basic", "bottleneck", "preactivation", "preactivation-bottleneck"]
Shortcut = Literal["none", "identity", "projection", "all-projection"]
Gate = Literal["none", "exclusive", "shortcut-only"]
Norm = Literal["batch", "group", "none"]
Init = Literal["he", "pytorch", "zero-last-norm", "delta-orthogonal"]
Activation = Literal["relu", "tanh"]
Dataset = Literal["fashion-mnist-small", "fashion-mnist", "mnist", "cifar10", "cifar100", "svhn"]
Augmentation = Literal["none", "crop", "crop-flip"]
Optimizer = Literal["sgd", "adam"]
Schedule = Literal["constant", "step", "cosine", "one-cycle"]
Precision = Literal["float32", "bfloat16"]
Device = Literal["auto", "cpu", "cuda", "mps"]
ForkChange = Literal["cut", "connect", "rate", "scale"]


class Spec(BaseModel):
    """Base of all specs: frozen, no unknown fields, a digest that names the content."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def checked(cls, **values: Any) -> Self:
        """The spec with ``values``, or `InvalidSetting` with one sentence for a reader."""
        try:
            return cls(**values)
        except ValidationError as error:
            raise _refusal(error) from None

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The spec that `to_json` wrote; raises `InvalidSetting`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise _refusal(error) from None

    @classmethod
    def value_of(cls, field: str, text: str) -> Any:
        """What ``text`` means for ``field`` alone; raises `InvalidSetting`."""
        known = cls.model_fields[field]
        try:
            adapter: TypeAdapter[Any] = TypeAdapter(cast(Any, Annotated)[known.annotation, known])
            return adapter.validate_python(text)
        except ValidationError as error:
            raise _refusal(error, field) from None

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no spaces."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))

    def digest(self) -> str:
        """First 16 hex digits of the SHA-256 of `to_json`."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def but(self, **changes: Any) -> Self:
        """A checked copy with ``changes``; raises `InvalidSetting`."""
        return self.checked(**{name: getattr(self, name) for name in type(self).model_fields} | changes)


class DataShape(Spec):
    """What a network takes and tells apart: images of ``channels`` × ``px`` × ``px``, and ``classes``.

    It follows from the data (`data.catalogue.shape_of`) and is given to whoever
    builds a network or counts one; no spec of a run has it.
    """

    channels: int = Field(ge=1, le=4)
    px: int = Field(ge=8, le=256)
    classes: int = Field(ge=2, le=1000)


_FROM_DATA = ("in_channels", "image_px", "classes")
"""What `NetworkSpec` had once: the shape of the data, written down a second time."""


def _later(default: Any, **bounds: Any) -> Any:
    """A field that specs had not always: JSON and digest leave it out where it is at its default."""
    return Field(default, exclude_if=lambda value: value == default, **bounds)


class NetworkSpec(Spec):
    """A network of one of the families of `networks.families`; the default is that of He et al. 2015 §4.2.

    ``depth`` counts weighted layers on the main path, the classifier among them; VGG and
    AlexNet are called by the depth of their papers. ``shortcut="none"`` is the plain network.
    What a family has not stays as it is here.
    """

    family: str = "resnet"
    depth: int = 32
    width: int = Field(16, ge=1, le=512)
    block: Block = "basic"
    shortcut: Shortcut = "identity"
    norm: Norm = "batch"
    init: Init = "he"
    branch_scale: float = _later(1.0, ge=0, le=10)
    learned_scale: bool = _later(False)
    skip_span: int = _later(2, ge=1, le=3)
    shortcut_scale: float = _later(1.0, gt=0, le=10)
    gate: Gate = _later("none")
    gate_bias: float = _later(-6.0, ge=-20, le=20)
    shortcut_dropout: float = _later(0.0, ge=0, lt=1)
    survival: float = _later(1.0, gt=0, le=1)
    activation: Activation = _later("relu")
    cardinality: int = _later(8, ge=1, le=256)
    base_width: int = _later(4, ge=1, le=256)
    growth: int = _later(12, ge=1, le=256)
    compression: float = _later(0.5, gt=0, le=1)

    @model_validator(mode="before")
    @classmethod
    def _without_shape(cls, values: Any) -> Any:
        """Older JSON: the data say the same."""
        if not isinstance(values, dict):
            return values
        return {name: value for name, value in values.items() if name not in _FROM_DATA}

    @field_validator("family")
    @classmethod
    def _known(cls, family: str) -> str:
        if family not in FAMILIES:
            raise InvalidSetting(
                "unknown_network_family",
                N_("{field} must be one of {expected}, not {value}."),
                field="family",
                expected=", ".join(FAMILIES),
                value=family[:60],
            )
        return family

    @model_validator(mode="after")
    def _buildable(self) -> Self:
        FAMILIES[self.family].check(self)
        return self

    @property
    def role(self) -> str:
        """What readers call such a network: ``plain``, ``residual`` …"""
        return FAMILIES[self.family].role_of(self).name


class DataSpec(Spec):
    """Which images, how many and how they are shown to the network."""

    dataset: Dataset = "fashion-mnist-small"
    train_size: int | None = Field(None, ge=10, le=1_000_000)
    resolution_px: int | None = Field(None, ge=8, le=64)
    augmentation: Augmentation = "none"


class TrainSpec(Spec):
    """How to train: optimiser, schedule, where, and how often to look."""

    steps: int = Field(150, ge=1, le=1_000_000)
    batch_size: int = Field(64, ge=2, le=4096)
    optimizer: Optimizer = "sgd"
    learning_rate: float = Field(0.1, gt=0, le=100)
    momentum: float = Field(0.9, ge=0, lt=1)
    weight_decay: float = Field(1e-4, ge=0, le=1)
    schedule: Schedule = "constant"
    warmup_steps: int = Field(0, ge=0, le=1_000_000)
    precision: Precision = "float32"
    device: Device = "auto"
    seed: int = Field(0, ge=0, le=2**31 - 1)
    evaluate_every: int = Field(50, ge=1, le=1_000_000)
    probe_every: int = Field(50, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _warmup_fits(self) -> Self:
        if self.warmup_steps >= self.steps:
            raise InvalidSetting(
                "warmup_too_long",
                N_("A warm-up of {warmup} steps leaves nothing of {steps} steps; make it shorter."),
                field="warmup_steps",
                warmup=self.warmup_steps,
                steps=self.steps,
            )
        return self


class Fork(Spec):
    """Where a training comes from that is another's up to ``step`` and differs in one ``change`` after it.

    ``run`` is the identifier that the other had where the fork was made.
    """

    run: str = Field(pattern="^[a-z2-7]{10}$")
    step: int = Field(ge=0, le=1_000_000)
    change: ForkChange


class RunSpec(Spec):
    """One training: network, data and recipe. Equal digests mean the same experiment.

    Of a ``fork`` they are those after its step.
    """

    network: NetworkSpec = NetworkSpec()
    data: DataSpec = DataSpec()
    train: TrainSpec = TrainSpec()
    fork: Fork | None = _later(None)

    @model_validator(mode="after")
    def _forked_before_the_end(self) -> Self:
        if self.fork is not None and self.fork.step >= self.train.steps:
            raise InvalidSetting(
                "fork_too_late",
                N_("A fork at step {step} of {steps} leaves nothing to train; choose an earlier step."),
                field="step",
                step=self.fork.step,
                steps=self.train.steps,
            )
        return self

    @property
    def first_step(self) -> int:
        """How many steps it has when it begins."""
        return 0 if self.fork is None else self.fork.step


def choices(alias: Any) -> tuple[Any, ...]:
    """The values of one of the literal types above, in order."""
    return get_args(alias)


_SENTENCES = {
    "greater_than_equal": N_("{field} must be at least {ge}, not {value}."),
    "greater_than": N_("{field} must be more than {gt}, not {value}."),
    "less_than_equal": N_("{field} must be at most {le}, not {value}."),
    "less_than": N_("{field} must be less than {lt}, not {value}."),
    "literal_error": N_("{field} must be one of {expected}, not {value}."),
    "int_parsing": N_("{field} must be a whole number, not {value}."),
    "int_type": N_("{field} must be a whole number, not {value}."),
    "int_from_float": N_("{field} must be a whole number, not {value}."),
    "bool_parsing": N_("{field} must be yes or no, not {value}."),
    "float_parsing": N_("{field} must be a number, not {value}."),
    "float_type": N_("{field} must be a number, not {value}."),
    "finite_number": N_("{field} must be a number, not {value}."),
    "extra_forbidden": N_("There is no setting named {field}."),
    "json_invalid": N_("These settings are not valid JSON."),
}


def _refusal(error: ValidationError, field: str = "") -> InvalidSetting:
    first = error.errors(include_url=False)[0]
    field = str(first["loc"][-1]) if first["loc"] else field
    template = _SENTENCES.get(first["type"], N_("{field} cannot be {value}."))
    bounds = {k: v if isinstance(v, int | float) else str(v) for k, v in first.get("ctx", {}).items()}
    return InvalidSetting(first["type"], template, **bounds, field=field, value=str(first["input"])[:60])
