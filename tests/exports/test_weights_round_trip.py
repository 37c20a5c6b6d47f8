"""Weights that were exported can be imported, and are the same."""

from pathlib import Path

import torch
from safetensors.torch import load_file

from resnet_viz.exports import write_export
from resnet_viz.inspection.importing import import_weights
from tests.exports.conftest import Made


def test_exported_weights_come_back_to_the_bit(made: Made, tmp_path: Path) -> None:
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    write_export(made.store, [made.residual], "safetensors", first)
    taken = import_weights(made.store, "me", first.read_bytes())
    assert taken.changes == ()
    write_export(made.store, taken.group.run_ids, "safetensors", second)
    before, after = load_file(first), load_file(second)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    (run_id,) = taken.group.run_ids
    assert made.store.run(run_id).spec == made.store.run(made.residual).spec
