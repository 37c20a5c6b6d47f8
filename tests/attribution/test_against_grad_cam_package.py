"""Grad-CAM of captum against the `grad-cam` package, on random networks."""

import warnings

import numpy as np
import pytest

from resnet_viz.attribution.attribute import attribute
from resnet_viz.specs import NetworkSpec
from tests.attribution.networks import batch, every_kind, lively, named

with warnings.catch_warnings():  # of the packages that this one brings
    warnings.simplefilter("ignore")
    from pytorch_grad_cam import GradCAM  # type: ignore[import-untyped]
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget  # type: ignore[import-untyped]


@pytest.mark.parametrize("tap", ["stem", "stage2.block1", "stage3"])
@pytest.mark.parametrize("spec", every_kind(), ids=named)
def test_raw_maps_agree(spec: NetworkSpec, tap: str) -> None:
    network = lively(spec).eval()
    images, targets = batch(3)
    found = attribute(network, images, targets, "gradcam", tap).values
    layer = network.get_submodule(tap)
    classes = [ClassifierOutputTarget(int(target)) for target in targets]
    with GradCAM(model=network, target_layers=[layer]) as cam:
        cam(input_tensor=images, targets=classes)
        seen = cam.activations_and_grads
        activations, gradients = seen.activations[0].numpy(), seen.gradients[0].numpy()
        expected = cam.get_cam_image(images, layer, classes, activations, gradients)
    # Below a norm over one channel the weights α cancel to rounding; so much may differ everywhere.
    rounding = 1e-5 * np.abs(activations).max() * np.abs(gradients).max()
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=rounding)
