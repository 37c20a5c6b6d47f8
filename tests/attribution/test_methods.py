"""The registry is whole, light to import, and says what a reader needs."""

import subprocess
import sys

import pytest

from resnet_viz.attribution.methods import METHODS, AttributionOptions, MethodName, occlusion_windows
from resnet_viz.errors import InvalidSetting
from resnet_viz.specs import choices


def test_every_method_has_its_entry_and_its_call() -> None:
    from resnet_viz.attribution.captum_calls import CALLS

    assert set(choices(MethodName)) == set(METHODS) == set(CALLS)
    assert all(name == method.name for name, method in METHODS.items())
    assert len({method.title for method in METHODS.values()}) == len(METHODS)
    for method in METHODS.values():
        assert method.meaning.endswith(".")
        assert method.fits.endswith(".")


def test_the_list_of_methods_needs_neither_torch_nor_captum() -> None:
    program = "import sys, resnet_viz.attribution.methods; print({'torch', 'captum'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


def test_captum_waits_for_the_first_map() -> None:
    program = "import sys, resnet_viz.attribution.attribute, resnet_viz.attribution.sanity as s"
    program += ", resnet_viz.attribution.faithfulness; print({'captum', 'matplotlib'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


def test_illegal_options_are_refused_in_a_sentence() -> None:
    with pytest.raises(InvalidSetting, match=r"samples must be at least 1, not 0\."):
        AttributionOptions.checked(samples=0)


@pytest.mark.parametrize(("side", "windows"), [(28, 8), (224, 7), (1, 1)])
def test_occlusion_covers_the_image(side: int, windows: int) -> None:
    assert occlusion_windows(AttributionOptions(), side) == windows
