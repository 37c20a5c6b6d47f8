"""The task "explain": what is answered to `jobs.inspector`. Images travel as uint8 [B, C, H, W].

Questions about one of torchvision's networks are refused (``weights_not_here``)
until its weights are there; the server downloads them (`fetches`).
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from resnet_viz.attribution.attribute import attribute
from resnet_viz.attribution.methods import AttributionOptions
from resnet_viz.errors import NotFound
from resnet_viz.inspection import architectures, block_by_block, walks
from resnet_viz.inspection.bundled import BUNDLED, PAIRS, bundled_path
from resnet_viz.inspection.honesty import baselines, faith, sanity
from resnet_viz.inspection.importing import import_weights
from resnet_viz.inspection.known_logits import KnownLogits
from resnet_viz.inspection.models import Model, load_model
from resnet_viz.inspection.own_images import appearance_of, images_for
from resnet_viz.locale import N_
from resnet_viz.networks.adding_block import AddingBlock
from resnet_viz.probes.activations import block_parts, feature_maps, measure_activations
from resnet_viz.processes.answering import Answerer, answer_questions
from resnet_viz.processes.channel import Arrays, Channel, Frame
from resnet_viz.processes.tasks import Workplace
from resnet_viz.store import open_store

Question = Callable[[Model, Mapping[str, Any], Arrays], Frame]


def serve(channel: Channel, workplace: Workplace) -> None:
    """Load networks and answer."""
    answer_questions(channel, answerers(workplace.home))


def answerers(home: Path) -> dict[str, Answerer]:
    """Every question by name, for a history in ``home``."""
    data_folder = home / "data"
    known_logits = KnownLogits(home / "cache" / "test_logits")

    def prepare(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """Load what a first visit asks for: the bundled networks, their images, captum."""
        for name in PAIRS[BUNDLED]:
            if not bundled_path(name).is_file():
                continue
            model = load_model(f"bundled:{name}", data_folder)
            images = images_for(model, data_folder).test_images[:1]
            attribute(
                model.network, model.normalised(images), torch.tensor([0]), "gradcam", model.default_tap
            )
        return Frame({}, {})

    def import_file(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """The model file in ``content`` uint8 [bytes] becomes a run of ``owner`` called ``name``."""
        store = open_store(home)
        try:
            group, changes = import_weights(
                store, values["owner"], arrays["content"].tobytes(), name=values["name"]
            )
        finally:
            store.close()
        told = [{"template": change.template, "parameters": change.parameters} for change in changes]
        return Frame({"group": group.id, "changes": told}, {})

    def of_model(question: Question) -> Answerer:
        return lambda values, arrays: question(load_model(values["model"], data_folder), values, arrays)

    def about(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """The network ``model``: its images, classes and taps; of a run of ours also spec and step."""
        return Frame(
            {
                "spec": None if model.spec is None else model.spec.model_dump(mode="json"),
                "step": model.step,
                "classes": list(model.classes),
                "taps": [tap.as_facts() for tap in model.taps],
                "default_tap": model.default_tap,
                "image": asdict(model.image),
            },
            {},
        )

    def predict(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """Logits of ``model`` for ``images``."""
        logits = model.logits(torch.tensor(arrays["images"]))
        return Frame({}, {"logits": logits.numpy()})

    def test_set(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """Labels of the test images that suit ``model`` and its logits for all of them.

        Until these are there, only which ``share`` is done: ask again and again.
        """
        data = images_for(model, data_folder)
        logits = known_logits.ask(model, data)
        if isinstance(logits, float):
            return Frame({"share": logits}, {})
        return Frame({"share": 1.0}, {"labels": data.test_labels.numpy(), "logits": logits})

    def test_images(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """The test images number ``indices`` that suit ``model``, with their labels."""
        data = images_for(model, data_folder)
        chosen = torch.tensor(arrays["indices"])
        if not ((chosen >= 0) & (chosen < len(data.test_images))).all():
            raise NotFound(
                "no_such_image",
                N_("There are {count} test images, numbered from 0."),
                count=len(data.test_images),
            )
        return Frame(
            {}, {"images": data.test_images[chosen].numpy(), "labels": data.test_labels[chosen].numpy()}
        )

    def samples(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """The first test image of each class that suits ``model``."""
        data = images_for(model, data_folder)
        labels = data.test_labels.numpy()
        classes, first = np.unique(labels, return_index=True)
        return Frame(
            {},
            {"indices": first.astype(np.int64), "labels": classes, "images": data.test_images.numpy()[first]},
        )

    def appearance(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """What the images ``model`` was trained on look like, in the few numbers of `probes.novelty`."""
        found = appearance_of(model, data_folder)
        return Frame({"mean": list(found.mean), "std": list(found.std)}, {})

    def maps(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """Attribution maps of ``images`` for ``targets``, as large as the layer's; the page enlarges them.

        ``empty`` says of each whether nothing of it is positive; ``balances`` what the values of complete
        methods sum to.
        """
        images = model.normalised(torch.tensor(arrays["images"]))
        found = attribute(
            model.network,
            images,
            torch.tensor(arrays["targets"]),
            values["method"],
            values.get("tap"),
            AttributionOptions.checked(**values.get("options", {})),
        )
        empty = [found.emptiness(index) for index in range(len(images))]
        balances = [list(balance) for balance in found.balances]
        return Frame({"tap": found.tap, "empty": empty, "balances": balances}, {"raw": found.values})

    def activations(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """What layer ``tap`` puts out for the image in ``images``; of a block also x, F(x) and the sum.

        ``output`` is there only where a ReLU follows the addition.
        """
        image = model.normalised(torch.tensor(arrays["images"]))[0]
        tap = values["tap"]
        answer = {"maps": feature_maps(model.network, image, tap)}
        if isinstance(model.network.get_submodule(tap), AddingBlock):
            parts = block_parts(model.network, image, tap)
            answer |= {
                "input": parts.input,
                "branch": parts.branch,
                "shortcut": parts.shortcut,
                "sum": parts.sum,
            }
            if parts.is_rectified:
                answer["output"] = parts.output
        return Frame({"tap": tap}, answer)

    def statistics(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """Every rectifier's mean, deviation, share of zeros and silent channels over ``images``."""
        found = measure_activations(model.network, model.normalised(torch.tensor(arrays["images"])))
        return Frame(
            {"sites": list(found.sites)},
            {
                "positions": found.positions.astype(np.int64),
                "mean": found.mean,
                "std": found.std,
                "zero_share": found.zero_share,
                "channels": found.channels.astype(np.int64),
                "dead": found.dead.astype(np.int64),
            },
        )

    of_data = (about, predict, test_set, test_images, samples, appearance)
    of_network = (maps, activations, statistics, baselines, sanity, faith)
    asked = {question.__name__: of_model(question) for question in (*of_data, *of_network)}
    return {
        "prepare": prepare,
        "import_file": import_file,
        **architectures.answerers(data_folder),
        **walks.answerers(data_folder),
        **block_by_block.answerers(data_folder),
        **asked,
    }
