"""Take the bundled networks from finished races: their weights and where they come from.

The races were `COMMANDS`; then ``python -m assets.make_models PAIR RACE`` for each, where PAIR is one of
their keys. What was measured of the networks stands in ``assets/models/models.json``. Without PAIR the
networks that are there are measured again, as a training would do it today.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from resnet_viz.data.load import load
from resnet_viz.events import NormStatistics, RunState
from resnet_viz.inspection.bundled import BUNDLED, DEEP, PAIRS
from resnet_viz.inspection.known_logits import SHIPPED, logits_name, write_logits
from resnet_viz.inspection.models import load_model
from resnet_viz.inspection.own_images import images_for
from resnet_viz.jobs.capacity import Machine
from resnet_viz.processor import processor_name
from resnet_viz.specs import DataSpec
from resnet_viz.store import home_folder, open_store
from resnet_viz.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from resnet_viz.training.trainer import Trainer

COMMANDS = {
    "pair": "python -m resnet_viz race --dataset fashion-mnist --resolution 28 --depth 32 --width 8 "
    "--steps 2800 --batch-size 128 --lr 0.2 --schedule one-cycle --weight-decay 5e-4 "
    "--augmentation crop-flip",
    "deep": "python -m resnet_viz race --dataset fashion-mnist-small --resolution 14 --depth 56 --width 8 "
    "--steps 600 --batch-size 64",
}
NAMES = {"pair": PAIRS[BUNDLED], "deep": PAIRS[DEEP]}
FOLDER = Path(__file__).parent / "models"
ABOUT = FOLDER / "models.json"


def main(pair: str, race: str) -> None:
    """Write both networks of ``race`` and their facts to `FOLDER`."""
    store = open_store(home_folder())
    runs = [store.run(run_id) for run_id in store.group(race).run_ids]
    assert [run.role for run in runs] == ["plain", "residual"]
    assert all(run.state is RunState.FINISHED for run in runs)
    content = json.loads(ABOUT.read_text(encoding="utf-8"))
    for name, run in zip(NAMES[pair], runs, strict=True):
        last = max((saved for saved in store.checkpoints(run.id) if saved.kept), key=lambda saved: saved.step)
        content["models"][name] = {
            "depth": run.spec.network.depth,
            "parameters": run.facts["parameters"],
            "steps": run.step,
            "train_loss": run.facts["train_loss"],
            "test_accuracy_running": run.facts["test_accuracy_running"],
            "training_s": run.facts["training_s"],
            "torch": run.facts["torch"],
        } | bundled(read_checkpoint(store.run_folder(run.id) / last.path), name)
    machine = Machine.here()
    made = {
        "command": COMMANDS[pair],
        "made": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{processor_name()}, {machine.cores} cores, {machine.system}",
    }
    content |= made if pair == "pair" else {pair: made}
    write_about(content | {"opening_image": most_different()})


def measure_again() -> None:
    """Measure the bundled networks anew; their weights stay as they are."""
    content = json.loads(ABOUT.read_text(encoding="utf-8"))
    for old in SHIPPED.glob("*.npy"):
        old.unlink()
    for name, about in content["models"].items():
        about |= bundled(read_checkpoint(FOLDER / f"{name}.safetensors"), name)
    write_about(content | {"opening_image": most_different()})


def bundled(saved: Checkpoint, name: str) -> dict[str, Any]:
    """Write the network of ``saved`` to `FOLDER`, as it is evaluated; returns what was measured of it."""
    data = load(saved.spec.data, home_folder() / "data")
    trainer = Trainer(saved.spec, data, FOLDER)
    trainer.network.load_state_dict(saved.model)
    trainer.step = saved.step
    figures = {event.name.replace("/", "_"): float(event.value[-1]) for event in trainer.evaluate()}
    mean, std = tuple(data.mean.tolist()), tuple(data.std.tolist())
    model = saved.model | trainer.present_statistics()
    size = write_checkpoint(
        FOLDER / f"{name}.safetensors", Checkpoint(saved.spec, saved.step, model, mean, std)
    )
    write_test_logits(name)
    return {key: value for key, value in figures.items() if not key.endswith("_running")} | {
        "test_statistics": NormStatistics.REESTIMATED.value,
        "test_images": len(data.test_labels),
        "size_bytes": size,
    }


def most_different() -> int:
    """The bundled test image with which the app opens: plain is wrong there, residual right, both surely.

    Of the probabilities of both predictions the smaller one is the largest of all such images.
    """
    folder = home_folder() / "data"
    data = load(DataSpec(resolution_px=28), folder)
    logits = [
        load_model(f"bundled:{role}", folder).logits(data.test_images) for role in ("plain", "residual")
    ]
    plain, residual = (values.softmax(1).max(1) for values in logits)
    differ = (plain.indices != data.test_labels) & (residual.indices == data.test_labels)
    return int((torch.minimum(plain.values, residual.values) * differ).argmax())


def write_about(content: dict[str, Any]) -> None:
    """What is known of the networks, beside them."""
    ABOUT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def write_test_logits(name: str) -> None:
    """Ask the bundled network ``name`` about all bundled test images, once and for all."""
    folder = home_folder() / "data"
    model = load_model(f"bundled:{name}", folder)
    data = images_for(model, folder)
    write_logits(SHIPPED / logits_name(model, data), model.logits(data.test_images).numpy())


if __name__ == "__main__":
    if sys.argv[1:]:
        main(*sys.argv[1:])
    else:
        measure_again()
