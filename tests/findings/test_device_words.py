"""How a run says what its GPU did: in one phrase, and nothing where there was none."""

import pytest

from resnet_viz.events import STEP_MODE_NAMES, StepMode
from resnet_viz.findings.device_words import gpu_memory, step_mode


def test_a_run_on_a_cpu_says_nothing_of_steps_and_memory() -> None:
    facts = {"device": "cpu", "threads": 1}
    assert step_mode(facts) == gpu_memory(facts) == ""


@pytest.mark.parametrize("mode", StepMode)
def test_every_mode_has_its_words(mode: StepMode) -> None:
    assert step_mode({"step_mode": mode.value}) == STEP_MODE_NAMES[mode]


def test_what_the_gpu_said_stands_behind() -> None:
    facts = {"step_mode": "refused", "step_mode_error": "operation not permitted"}
    assert step_mode(facts).endswith("the GPU did not capture them: operation not permitted")


def test_memory_is_a_size() -> None:
    assert gpu_memory({"peak_memory_bytes": 1_250_000_000}) == "1.2 GB"
