"""A trained network as it was before its training."""

from torch import nn

from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import InvalidSetting
from resnet_viz.lab.asked import Trained
from resnet_viz.lab.weights import START
from resnet_viz.locale import N_
from resnet_viz.networks.registry import build
from resnet_viz.training.batch_statistics import IMAGES, has_statistics, reestimated


def with_weights(one: Trained, weights: object) -> nn.Module:
    """The network of ``one``, or for `START` a new one with its first weights, in evaluation mode.

    The statistics of the new one's batch normalisation are those of training images, as always before a
    network is evaluated: at the start it has none that mean anything.

    Raises:
        InvalidSetting: it is not known how the network started.
    """
    if weights != START:
        return one.model.network
    spec = one.model.spec
    if spec is None:
        raise InvalidSetting(
            "no_start",
            N_("It is not known with which weights this network started; choose the trained ones."),
        )
    network = build(spec.network, shape_of(spec.data), spec.train.seed).eval()
    if has_statistics(network):
        images, _labels = one.few(IMAGES, of_training=True)
        network.load_state_dict(network.state_dict() | reestimated(network, images))
    return network.requires_grad_(False)
