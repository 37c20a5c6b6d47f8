"""The charts of a report, each with its words."""

from collections.abc import Sequence
from typing import NamedTuple

from resnet_viz.figures import accuracy, gradient_heatmap, gradient_profile, losses, responses, seed_gaps
from resnet_viz.figures.chart import Chart, to_json
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.history import RunHistory
from resnet_viz.locale import gettext as _
from resnet_viz.wording import running_text


class ReportChart(NamedTuple):
    """One chart as plotly's JSON, and as it is on narrow screens; texts in the reader's language."""

    title: str
    how_to_read: str
    words: str
    json: str
    narrow_json: str | None = None


def report_charts(histories: Sequence[RunHistory]) -> list[ReportChart]:
    """What is shown of runs that belong in one chart; quantities that were not measured are left out."""
    loss = losses.loss_info(histories)
    tested = accuracy.accuracy_info(histories)
    profiles = [
        (title, gradient_profile.gradient_profile_info(histories, step=step))
        for title, step in (
            (_("Relative gradient over depth, before training"), 0),
            (_("Relative gradient over depth, at the end"), None),
        )
    ]
    heat = gradient_heatmap.heatmap_info(histories)
    answers = responses.responses_info(histories, None)
    charts = [
        _made(_("Training loss"), losses.how_to_read(loss), losses.describe(loss), losses.loss_chart(loss)),
        _made(
            _("Test accuracy"),
            accuracy.how_to_read(),
            accuracy.describe(tested),
            accuracy.accuracy_chart(tested),
        ),
        *(
            _made(
                title,
                running_text((gradient_profile.how_to_read(info.metric), gradient_profile.more(info.metric))),
                gradient_profile.describe(info),
                gradient_profile.gradient_profile_chart(info),
            )
            for title, info in profiles
        ),
        _made(
            _("Relative gradient over depth and training"),
            running_text((gradient_heatmap.how_to_read(), gradient_heatmap.more())),
            gradient_heatmap.describe(heat),
            gradient_heatmap.heatmap_chart(heat, stacked=True),
        ),
        _made(
            _("Response of each layer"),
            running_text((responses.how_to_read(), responses.more())),
            responses.describe(answers),
            responses.responses_chart(answers),
        ),
    ]
    return [chart for chart in charts if chart is not None]


def gap_chart(found: RaceFinding) -> ReportChart | None:
    """The gaps of a race's seeds, where they have an interval."""
    if found.loss is None or found.loss.interval.p is None:
        return None
    info = seed_gaps.seed_gap_info(found)
    return _made(
        _("The gap, seed by seed"),
        seed_gaps.how_to_read(),
        seed_gaps.describe(info),
        seed_gaps.seed_gap_chart(info),
    )


def _made(title: str, how_to_read: str, words: str, chart: Chart) -> ReportChart | None:
    return ReportChart(title, how_to_read, words, to_json(chart)) if chart["data"] else None
