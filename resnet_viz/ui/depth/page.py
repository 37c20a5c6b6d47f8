"""The Depth page: one recipe at many depths, with and without skip connections."""

from collections.abc import Callable
from typing import Final

from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.locale import N_
from resnet_viz.ui import pages
from resnet_viz.ui.depth.charts import SECTIONS, depth_charts, one_depth_charts
from resnet_viz.ui.depth.form import choose_sweep, refusal
from resnet_viz.ui.depth.recorded import show_recorded_sweep
from resnet_viz.ui.depth.status import depth_cells, depth_status, how_good_the_estimate_was
from resnet_viz.ui.experiment.page import experiment_page
from resnet_viz.ui.experiment.parts import Parts, Words
from resnet_viz.ui.experiment.view import Standing
from resnet_viz.ui.linked_form import DEPTH_FORM
from resnet_viz.ui.live.following import Following


def depth_page() -> None:
    """Everything on the page."""
    experiment_page(PARTS)


def _charts(standing: Standing, following: Following[Standing], between: Callable[[], None]) -> None:
    spec, name = standing.view.spec, standing.view.group.id
    depth = depth_charts(following, lambda standing: standing.cells, spec, between, name=name)
    one_depth_charts(following, spec, depth, name=name)


PARTS: Final = Parts(
    kind=SWEEP,
    page=pages.DEPTH,
    form=DEPTH_FORM,
    words=Words(
        intro=N_(
            "What happens as networks get deeper? The same settings at many depths, with and without "
            "skip connections. Every point was measured in one run."
        ),
        start=N_("Start the sweep"),
        extend=N_("Extend the sweep"),
        earlier=N_("Earlier sweeps"),
        unknown=N_("There is no sweep {id} in the history of this machine."),
        other_version=N_("Sweep {id} was recorded by another version of this app."),
        size=N_(
            "{runs} runs of {steps} steps, batch size {batch} · {dataset}, {images} images, {side}×{side} px"
        ),
        go_on=N_("Continue the sweep"),
    ),
    choose=choose_sweep,
    refusal=refusal,
    status=depth_status,
    cells=depth_cells,
    charts=_charts,
    sections={**SECTIONS, "results": N_("Results")},
    afterwards=lambda view, _found: how_good_the_estimate_was(view),
    columns=(
        "network",
        "depth",
        "seed",
        "state",
        "train_loss",
        "train_error",
        "test_error",
        "time",
        "run",
        "remark",
    ),
    recorded=show_recorded_sweep,
)
