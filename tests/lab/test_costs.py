"""How much longer a question is said to take about other networks, against what PyTorch counts."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from resnet_viz.inspection.models import load_model
from resnet_viz.lab.answers import asking
from resnet_viz.lab.asked import asked_of
from resnet_viz.lab.costs import times_longer
from resnet_viz.lab.question import Question
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.probes.lesion import removable_blocks
from resnet_viz.processes.measuring import Bench
from resnet_viz.store import Store
from tests.lab.pairs import made_race, untrained_pair

SMALLEST = {
    "block_change": {"images": 250},
    "paths": {"images": 32},
    "linear_probe": {"images": 1000},
    "one_weight": {"images": 128},
}


class Counter(TorchDispatchMode):
    """Adds up what PyTorch says each operation takes; `FlopCounterMode` cannot follow `autograd.grad`."""

    total: int = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if (flops := flop_registry.get(func._overloadpacket)) is not None:
            self.total += flops(*args, **(kwargs or {}), out_val=out)
        return out


def counted(question: Question, told: dict[str, Any], folder: Path) -> int:
    """Multiply-adds and additions of the whole measurement."""
    values = {**told, "settings": question.with_settings(SMALLEST[question.name])}
    measure = import_module(f"resnet_viz.lab.measures.{question.name}").measure
    counter = Counter()  # type: ignore[no-untyped-call]
    with counter:
        list(measure(asked_of(values, Bench(folder, 1, 1))))
    return counter.total


@pytest.mark.parametrize("name", SMALLEST)
def test_deeper_networks_take_as_much_longer_as_they_compute_more(name: str, tmp_path: Path) -> None:
    question, said, flops = QUESTIONS[name], [], []
    for depth in (20, 38):
        (tmp_path / str(depth)).mkdir()
        pair = untrained_pair(tmp_path / str(depth), depth)
        told = {"networks": list(pair[-1:] if question.residual_only else pair)}
        said.append(times_longer(asking(question, settings=SMALLEST[name]), told))
        flops.append(counted(question, told, tmp_path))
    assert flops[1] > 1.5 * flops[0]
    assert said[1] / said[0] == pytest.approx(flops[1] / flops[0], rel=0.15)


@pytest.mark.parametrize(
    "question", [one for one in QUESTIONS.values() if one.needs == "pair"], ids=lambda one: one.name
)
def test_each_seed_of_a_race_takes_as_long_as_the_first_where_all_are_taken(
    question: Question, own_store: Store
) -> None:
    one, three = (asking(question, made_race(own_store, seeds)) for seeds in (1, 3))
    longer = [times_longer(asked, asked.values(own_store)) for asked in (one, three)]
    assert longer[1] / longer[0] == pytest.approx(1 if one.takes_one_pair else 3)


def test_a_lesion_is_one_pass_for_each_block_that_can_be_left_out_and_one_for_the_whole(
    tmp_path: Path,
) -> None:
    _plain, residual = untrained_pair(tmp_path, 20)
    looks = QUESTIONS["lesion"].looks
    assert looks is not None
    left_out = removable_blocks(load_model(residual["model"], tmp_path).network)
    assert looks({"images": 500}, 9) == 500 * (1 + len(left_out))
