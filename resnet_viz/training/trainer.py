"""One training: the network, its optimiser and its data, and what can be done with them."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from resnet_viz.checkpoint_files import RESUME_FILE, kept_file, position_file
from resnet_viz.data.batches import BatchOrder, DeviceData
from resnet_viz.data.catalogue import shape_of
from resnet_viz.data.load import LoadedData
from resnet_viz.events import CheckpointSaved, Event, Facts, NormStatistics, Profile, Series
from resnet_viz.networks.chance import drawing, drawn
from resnet_viz.networks.describe import describe
from resnet_viz.networks.initialise import init_digest
from resnet_viz.networks.registry import build
from resnet_viz.probes.learned_scales import measure_scales
from resnet_viz.probes.responses_and_gradients import measure_flow
from resnet_viz.specs import RunSpec
from resnet_viz.training import batch_statistics, checkpoint
from resnet_viz.training.capture import Captures
from resnet_viz.training.device import check_precision, device_name, peak_memory_bytes, resolve_device
from resnet_viz.training.evaluation import Evaluation
from resnet_viz.training.meter import WEIGHTED, Meter, profile_rows
from resnet_viz.training.optimizer import make_optimizer
from resnet_viz.training.pace import Pace
from resnet_viz.training.schedule import learning_rate
from resnet_viz.training.step import Step, autocast

FINAL_LOSSES = 20  # the final training loss is the mean over this many last steps
_PROBE_IMAGES = 32  # a larger batch tells the same and would cost more than 5 % of a short training
_METER_STEPS = 256
"""Steps between two copies to the host at most; drains by the clock usually come first."""


class Trainer:
    """The state of one training and its operations; knows nothing of clocks, wishes or stores.

    Raises:
        InvalidSetting: the device or precision asked for is not there.
    """

    def __init__(
        self, spec: RunSpec, data: LoadedData, folder: Path, captures: Captures | None = None
    ) -> None:
        recipe = spec.train
        self.device = resolve_device(recipe.device)
        check_precision(recipe.precision, self.device)
        self.spec = spec
        self.shape = shape_of(spec.data)
        self.folder = folder
        self.step = 0
        network = build(spec.network, self.shape, recipe.seed)
        self.init_digest = init_digest(network)
        self.network = network.to(self.device).to(memory_format=torch.channels_last)
        self._drawing = drawing(self.network)
        self.optimizer = make_optimizer(self.network, recipe, self.device)
        self.data = DeviceData(data, self.device)
        self._mean, self._std = tuple(data.mean.tolist()), tuple(data.std.tolist())
        self.order = BatchOrder(
            len(data.train_labels),
            recipe.batch_size,
            recipe.seed,
            spec.data.augmentation,
            self.shape.px,
        )
        self.training_s = 0.0
        weights: dict[str, Tensor] = {
            tap.name: self.network.get_parameter(f"{tap.name}.weight")
            for tap in self.network.taps
            if tap.kind in WEIGHTED
        }
        self._meter = Meter(weights, _METER_STEPS, self.device)
        self.captures = captures or Captures.on(self.device, draws=bool(self._drawing))
        self._pace = Pace.on(self.device)
        self._update = Step(
            self.network, self.optimizer, self.data.train, self._meter, recipe.precision, self.captures
        )
        self._evaluation = Evaluation(self.network, self.data.test, recipe.precision, self.captures)
        self._estimate = self.captures.unit(self._estimate_statistics)
        self._measured = profile_rows(recipe.steps)
        self._kept = frozenset(checkpoint.kept_steps(recipe.steps))
        self._batch_digests: dict[str, str] = {}
        self._last_losses: deque[float] = deque(maxlen=FINAL_LOSSES)
        self._last_accuracies: deque[float] = deque(maxlen=FINAL_LOSSES)
        self._test: dict[str, float] = {}
        self._normalises = batch_statistics.has_statistics(self.network)
        self._statistics: dict[str, Tensor] = {}
        self._statistics_step = -1

    def facts(self) -> Facts:
        """What is known before the first step."""
        counted = describe(self.spec.network, self.shape)
        return Facts(
            {
                "parameters": counted.parameters,
                "multiply_adds": counted.multiply_adds,
                "device": self.device.type,
                "device_name": device_name(self.device),
                "threads": torch.get_num_threads(),
                "torch": torch.__version__,
                "init_digest": self.init_digest,
                "taps": [tap.as_facts() for tap in self.network.taps],
                "test_statistics": NormStatistics.REESTIMATED.value
                if self._normalises
                else NormStatistics.AS_TRAINED.value,
            }
        )

    def update(self) -> None:
        """One batch forward, backward and into the weights, measured on the way."""
        start = time.perf_counter()
        recipe = self.spec.train
        rate = learning_rate(recipe, self.step)
        with drawn(self._drawing, recipe.seed, self.step):
            self._update(self.step, self.order.next(), rate, measured=self.step in self._measured)
        self._pace.step()
        self.step += 1
        if self.step in self._kept:
            self._batch_digests[str(self.step)] = self.order.digest
        self.training_s += time.perf_counter() - start

    @property
    def must_drain(self) -> bool:
        """Whether `drain` has to be called before the next `update`."""
        return self._meter.full

    def drain(self) -> tuple[list[Event], int | None]:
        """What was measured since the last call, and the step at which the loss stopped being finite.

        On divergence the curves end with that step.
        """
        start = time.perf_counter()
        measured = self._meter.drain()  # on an accelerator this waits for the steps to be done
        self.training_s += time.perf_counter() - start
        losses = next((e for e in measured if e.name == "train/loss"), None)
        if losses is None:
            return [], None
        broken = np.flatnonzero(~np.isfinite(losses.value))
        diverged_at = int(losses.step[broken[0]]) if broken.size else None
        if diverged_at is not None:
            measured = [_until(event, diverged_at) for event in measured]
        else:
            self._last_losses.extend(losses.value.tolist())
            accuracies = next(e for e in measured if e.name == "train/accuracy")
            self._last_accuracies.extend(accuracies.value.tolist())
        known = {"batch_digests": dict(self._batch_digests), **self.captures.facts()}
        if (peak_bytes := peak_memory_bytes(self.device)) is not None:
            known["peak_memory_bytes"] = peak_bytes
        return [*measured, Facts(known)], diverged_at

    def probe(self) -> list[Event]:
        """Layer responses and block-output gradients on the fixed probe batch; |α| of learned scales."""
        flow = measure_flow(self.network, *self.data.first_train_images(_PROBE_IMAGES))
        step = np.array([self.step])
        found: list[Event] = [Profile("response/std", flow.response_taps, step, flow.response_std[None])]
        if flow.block_taps:
            found.append(Profile("grad/block_output", flow.block_taps, step, flow.block_gradient[None]))
        if scales := measure_scales(self.network):
            found.append(
                Profile("branch/scale", tuple(scales), step, np.array([[*scales.values()]], np.float32))
            )
        return found

    def evaluate(self) -> list[Series]:
        """Loss and accuracy on the whole test set, with statistics measured anew (`batch_statistics`).

        At the last step the same with the training's own running averages as well.
        """
        with batch_statistics.replaced(self.network, self.present_statistics()):
            found = self._tested("")
        if self._normalises and self.step == self.spec.train.steps:
            found |= self._tested("_running")
        self._test |= found
        step = np.array([self.step])
        return [Series(name, step, np.array([value])) for name, value in found.items()]

    def _tested(self, suffix: str) -> dict[str, float]:
        loss, accuracy = self._evaluation.measure()
        return {f"test/loss{suffix}": loss, f"test/accuracy{suffix}": accuracy}

    def present_statistics(self) -> dict[str, Tensor]:
        """Statistics of batch normalisation at this step, measured once; empty without any."""
        if self._normalises and self._statistics_step != self.step:
            self._statistics = batch_statistics.left_by(self._estimate, self.network)
            self._statistics_step = self.step
        return self._statistics

    def _estimate_statistics(self) -> None:
        images, _labels = self.data.first_train_images(batch_statistics.IMAGES)
        with autocast(self.spec.train.precision, self.device):
            batch_statistics.estimate(self.network, images)

    def result(self, wall_s: float) -> Facts:
        """The numbers a run ends with; a loss that was never finite is None."""
        return Facts(
            {
                "train_loss": fmean(self._last_losses) if self._last_losses else None,
                "train_accuracy": fmean(self._last_accuracies) if self._last_accuracies else None,
                **{
                    name.replace("/", "_"): self._test.get(name)
                    for name in ("test/loss", "test/accuracy", "test/loss_running", "test/accuracy_running")
                },
                "wall_s": wall_s,
                "training_s": self.training_s,
                "samples_per_s": self.step * self.spec.train.batch_size / max(self.training_s, 1e-9),
                "batch_digest": self.order.digest,
            }
        )

    @property
    def is_kept_step(self) -> bool:
        """Whether the weights of this step are kept for later inspection."""
        return self.step in self._kept

    def keep(self, wall_s: float) -> CheckpointSaved:
        """Keep the weights of this step as they are evaluated, and beside them what training goes on with.

        At the last step it does not go on. Call after `drain`. Raises OSError when the disk is full.
        """
        position, evaluated = self._position(wall_s), self.present_statistics()
        averages = {name: position.model[name] for name in evaluated}
        beside_bytes = 0
        if self.step < self.spec.train.steps:
            beside = self._save(position_file(self.step), replace(position, model=averages), kept=True)
            beside_bytes = beside.size_bytes
        kept = self._save(kept_file(self.step), self._state(evaluated), kept=True)
        return replace(kept, size_bytes=kept.size_bytes + beside_bytes)

    def save_position(self, wall_s: float) -> CheckpointSaved:
        """Write what `restore` needs; call after `drain`. Raises OSError when the disk is full."""
        return self._save(RESUME_FILE, self._position(wall_s), kept=False)

    def _position(self, wall_s: float) -> checkpoint.Checkpoint:
        position: dict[str, Any] = {
            "order": self.order.state_dict(),
            "batch_digests": self._batch_digests,
            "last_losses": list(self._last_losses),
            "last_accuracies": list(self._last_accuracies),
            "test": self._test,
            "training_s": self.training_s,
            "wall_s": wall_s,
        }
        return replace(
            self._state(), optimizer=checkpoint.optimizer_tensors(self.optimizer), position=position
        )

    def restore(self, saved: checkpoint.Checkpoint) -> float:
        """Go on where ``saved`` was taken; returns the wall time spent until then in seconds."""
        self.step = saved.step
        self.network.load_state_dict(saved.model)
        checkpoint.restore_optimizer(self.optimizer, saved.optimizer)
        self._update.forget_recordings()
        position = saved.position
        self.order.load_state_dict(position["order"])
        self._batch_digests = dict(position["batch_digests"])
        self._last_losses = deque(position["last_losses"], maxlen=FINAL_LOSSES)
        self._last_accuracies = deque(position.get("last_accuracies", ()), maxlen=FINAL_LOSSES)
        self._test = dict(position["test"])
        self.training_s = float(position["training_s"])
        return float(position["wall_s"])

    def _state(self, statistics: Mapping[str, Tensor] = MappingProxyType({})) -> checkpoint.Checkpoint:
        model = self.network.state_dict() | dict(statistics)
        return checkpoint.Checkpoint(self.spec, self.step, model, self._mean, self._std)

    def _save(self, name: str, state: checkpoint.Checkpoint, kept: bool) -> CheckpointSaved:
        size = checkpoint.write_checkpoint(self.folder / name, state)
        return CheckpointSaved(self.step, name, size, kept)


def _until(event: Series | Profile, last_step: int) -> Series | Profile:
    keep = int(np.searchsorted(event.step, last_step, side="right"))
    if isinstance(event, Profile):
        return Profile(event.name, event.taps, event.step[:keep], event.value[:keep])
    return Series(event.name, event.step[:keep], event.value[:keep])
