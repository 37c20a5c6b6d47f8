"""What the inspector answers about one image's way through two blocks of the bundled networks."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.data.load import load
from resnet_viz.inspection.answers import answerers
from resnet_viz.inspection.models import load_model
from resnet_viz.inspection.walks import MAPS
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import DataSpec

IMAGE = 7


def walked(role: str, home: Path, **values: object) -> Frame:
    images = load(DataSpec(), home).test_images[IMAGE : IMAGE + 1].numpy()
    asked = {"model": f"bundled:{role}", "target": 2} | values
    return answerers(home)["walk"](asked, {"images": images})


@pytest.mark.parametrize("role", ["plain", "residual"])
def test_norms_are_those_of_the_maps_and_logits_those_of_the_model(role: str, tmp_path: Path) -> None:
    found = walked(role, tmp_path)
    assert [block["name"] for block in found.values["blocks"]] == ["stage1.block1", "stage1.block2"]
    assert (found.values["further"], found.values["trained"]) == (13, True)
    for number, block in enumerate(found.values["blocks"]):
        for name in MAPS:
            shown = found.arrays[f"{number}.{name}"]
            assert shown.shape == (8, 28, 28)
            assert block["norms"][name] == pytest.approx(np.linalg.norm(shown.astype(np.float64)), rel=1e-5)
        assert block["negative"] == (found.arrays[f"{number}.sum"] < 0).mean()
    model = load_model(f"bundled:{role}", tmp_path)
    logits = model.logits(load(DataSpec(), tmp_path).test_images[IMAGE : IMAGE + 1])[0]
    np.testing.assert_allclose(found.arrays["logits"], logits.numpy(), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("role", ["plain", "residual"])
def test_the_credit_of_a_sum_is_that_of_its_terms(role: str, tmp_path: Path) -> None:
    found = walked(role, tmp_path)
    for number, block in enumerate(found.values["blocks"]):
        gradient, total = (found.arrays[f"{number}.{name}"].astype(float) for name in ("sum_gradient", "sum"))
        whole = float((gradient * total).sum())
        assert block["credit_skip"] + block["credit_branch"] == pytest.approx(whole, rel=1e-4)
        assert block["has_skip"] == (role == "residual")
        assert (block["credit_skip"] == 0) == (role == "plain")


def test_other_blocks_can_be_asked_for(tmp_path: Path) -> None:
    found = walked("residual", tmp_path, blocks=["stage3.block4", "stage3.block5"])
    assert found.values["further"] == 0
    assert found.arrays["1.output"].shape == (32, 7, 7)
