"""The Race page: two networks of one depth, side by side."""

from collections.abc import Callable
from typing import Final

from resnet_viz.experiments.kinds import RACE
from resnet_viz.figures import seed_gaps
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.findings.seed_table import seed_table
from resnet_viz.findings.verdict import Verdict
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.ui import chart_card, pages
from resnet_viz.ui.experiment.page import experiment_page
from resnet_viz.ui.experiment.parts import Parts, Words
from resnet_viz.ui.experiment.view import ExperimentView, Standing
from resnet_viz.ui.linked_form import RACE_FORM
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.race.charts import race_charts
from resnet_viz.ui.race.forks import compared, show_forks
from resnet_viz.ui.race.form import choose_race, refusal
from resnet_viz.ui.race.preview import show_preview
from resnet_viz.ui.race.status import race_failures, race_status
from resnet_viz.ui.table import table


def race_page() -> None:
    """Everything on the page."""
    experiment_page(PARTS)


def _charts(standing: Standing, following: Following[Standing], between: Callable[[], None]) -> None:
    name = f"race-{standing.view.group.id}"
    race_charts(following, compared, name, page="race", moving=not standing.view.still, between=between)


def _evidence(_view: ExperimentView, found: Verdict[RaceFinding]) -> None:
    """The values of each seed and their gaps, where there are several."""
    for number, twins in enumerate(found.found.twins):
        headings, *rows = seed_table(twins)
        if len(rows) > 1:
            table(headings, rows, caption=_("Result of each seed: loss and accuracy."))
        if gaps := seed_gaps.figure(twins):
            more = f"-{number + 1}" if number else ""
            height_px = 150 + 34 * len(rows)
            chart_card.show(gaps, key=f"gaps{more}", filename=f"race-gaps{more}", height_px=height_px)


PARTS: Final = Parts(
    kind=RACE,
    page=pages.RACE,
    form=RACE_FORM,
    words=Words(
        intro=N_(
            "Two to five networks side by side, usually with one difference: one of them has skip "
            "connections."
        ),
        start=N_("Start the race"),
        extend=N_("Add these seeds"),
        earlier=N_("Earlier races"),
        unknown=N_("There is no race {id} in the history of this machine."),
        other_version=N_("Race {id} was recorded by another version of this app."),
        size=N_(
            "{runs} networks · {steps} steps, batch size {batch} · {dataset}, {images} images, "
            "{side}×{side} px"
        ),
    ),
    choose=choose_race,
    refusal=refusal,
    status=race_status,
    cells=race_failures,
    charts=_charts,
    sections={
        "loss": N_("Loss"),
        "gradients": N_("Gradients"),
        "verdict": N_("Verdict"),
        "layers": N_("Layers"),
        "results": N_("Results"),
        "fork": N_("Fork"),
    },
    afterwards=_evidence,
    columns=(
        "network",
        "seed",
        "state",
        "steps",
        "train_loss",
        "test_accuracy",
        "parameters",
        "images_per_s",
        "run",
        "remark",
    ),
    below=show_forks,
    preview=show_preview,
)
