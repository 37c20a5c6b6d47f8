"""Take the bundled networks from a finished race: their weights and where they come from.

The race was `COMMAND`; then ``python assets/make_models.py RACE``. What was
measured of the networks stands in ``assets/models/models.json``.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from resnet_viz.data.load import load
from resnet_viz.events import RunState
from resnet_viz.inspection.known_logits import SHIPPED, logits_name, write_logits
from resnet_viz.inspection.models import load_model
from resnet_viz.jobs.capacity import Machine
from resnet_viz.processor import processor_name
from resnet_viz.specs import DataSpec, Role
from resnet_viz.store import home_folder, open_store
from resnet_viz.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint

COMMAND = (
    "python -m resnet_viz race --dataset fashion-mnist --resolution 28 --depth 32 --width 8 --steps 2800 "
    "--batch-size 128 --lr 0.2 --schedule one-cycle --weight-decay 5e-4 --augmentation crop-flip"
)
FOLDER = Path(__file__).parent / "models"


def main(race: str) -> None:
    """Write both networks of ``race`` and their facts to `FOLDER`."""
    store = open_store(home_folder())
    runs = [store.run(run_id) for run_id in store.group(race).run_ids]
    assert [run.role for run in runs] == ["plain", "residual"]
    assert all(run.state is RunState.FINISHED for run in runs)
    about = {}
    for run in runs:
        data = load(run.spec.data, home_folder() / "data")
        last = max((saved for saved in store.checkpoints(run.id) if saved.kept), key=lambda saved: saved.step)
        saved = read_checkpoint(store.run_folder(run.id) / last.path)
        mean, std = tuple(data.mean.tolist()), tuple(data.std.tolist())
        size = write_checkpoint(
            FOLDER / f"{run.role}.safetensors", Checkpoint(saved.spec, saved.step, saved.model, mean, std)
        )
        about[run.role] = {
            "depth": run.spec.network.depth,
            "parameters": run.facts["parameters"],
            "steps": run.step,
            "train_loss": run.facts["train_loss"],
            "test_loss": run.facts["test_loss"],
            "test_accuracy": run.facts["test_accuracy"],
            "test_images": len(data.test_labels),
            "training_s": run.facts["training_s"],
            "torch": run.facts["torch"],
            "size_bytes": size,
        }
        write_test_logits(run.role)
    machine = Machine.here()
    content = {
        "command": COMMAND,
        "made": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{processor_name()}, {machine.cores} cores, {machine.system}",
        "models": about,
    }
    (FOLDER / "models.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def write_test_logits(role: Role) -> None:
    """Ask the bundled network of ``role`` about all bundled test images, once and for all."""
    folder = home_folder() / "data"
    model, data = load_model(f"bundled:{role}", folder), load(DataSpec(resolution_px=28), folder)
    write_logits(SHIPPED / logits_name(model, data), model.logits(data.test_images).numpy())


if __name__ == "__main__":
    main(sys.argv[1])
