"""The Race page: settings on top, the race below."""

import streamlit as st

from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.locale import gettext as _
from resnet_viz.ui import server, style
from resnet_viz.ui.linked_form import RACE_FORM
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.race.form import race_form
from resnet_viz.ui.race.panel import race_panel
from resnet_viz.ui.race.recent import recent_races


def race_page() -> None:
    """Everything on the page."""
    style.apply()
    st.title(_("Race"), anchor=False)
    st.markdown(
        _(
            "Two networks with one difference: one of them has skip connections. Watch both train side "
            "by side."
        )
    )
    RACE_FORM.take_over_link()
    race = race_form()
    if race is not None:
        group = start_experiment(server.store(), RACE, race, owner())
        server.wake()
        RACE_FORM.show(group.id)
    current = RACE_FORM.group_id()
    recent_races(current)
    if current is not None:
        race_panel(current)
