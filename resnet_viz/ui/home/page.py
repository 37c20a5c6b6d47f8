"""The first page: the question, a recorded race as the answer, and the way to run it live."""

from collections import Counter
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from typing import Final

import streamlit as st

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import RunState
from resnet_viz.experiments.kinds import RACE
from resnet_viz.experiments.recordings import Recording
from resnet_viz.jobs.capacity import Machine
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.store import home_folder
from resnet_viz.ui import address_bar, labels, pages, server
from resnet_viz.ui.home.estimate import race_seconds
from resnet_viz.ui.home.replay import home_replay
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.link import Link
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.press import pressed
from resnet_viz.ui.recordings import recorded_race
from resnet_viz.wording import duration, running_text

_LINK: Final = Link("home", ())
_GIBIBYTE: Final = 2**30
_RUNS_JUDGED_BY: Final = 30


def prepare() -> None:
    """Read the recording before anybody asks for it."""
    with suppress(NotFound, InvalidSetting):  # the page says what is wrong with it
        recorded_race()


def home_page() -> None:
    """Show the page."""
    st.title(_("What does the skip connection change?"), anchor=False)
    _LINK.arrived()
    address_bar.tell(_LINK.notices())
    with st.container(key="home_claim"):
        st.markdown(
            _(
                "With more layers a plain network can become **harder to train**; a residual network of "
                "the same depth trains well."
            )
        )
    try:
        recording = recorded_race()
    except (NotFound, InvalidSetting) as error:
        st.warning(str(error), icon=":material/movie_off:")
        if pressed(
            st.button, _("Run it live"), type="primary", icon=":material/play_arrow:", key="home_race"
        ):
            st.switch_page(pages.RACE.path)
    else:
        if home_replay():
            st.switch_page(pages.RACE.path, query_params=RACE.to_link(RACE.default, recording.spec))
        _what_live_takes(_time_needed(recording))
    _what_is_built()
    _questions()


def _what_live_takes(time_needed: str) -> None:
    with st.container(gap=None):
        run_live = _("Run it live: the same settings on this machine; nothing needs to be downloaded.")
        st.caption(running_text((run_live, time_needed)))
        st.fragment(_device_line)()


def _time_needed(recording: Recording) -> str:
    """A sentence about the time of the race on this machine: measured here, or honestly unknown."""
    runs = server.store().runs(states=[RunState.FINISHED], limit=_RUNS_JUDGED_BY)
    trained = [run for run in runs if run.origin == "trained"]
    found = race_seconds(recording.spec, trained, at_once=server.slots("auto"))
    if found is None:
        walls = [history.facts["wall_s"] for history in recording.histories]
        text = _("The recording took {time}; your first race will show how fast this machine is.")
        return text.format(time=duration(max(walls)))
    text = ngettext(
        "About {time} on this machine, estimated from {count} earlier run.",
        "About {time} on this machine, estimated from {count} earlier runs.",
        found[1],
    )
    return text.format(time=duration(found[0]), count=found[1])


def _what_is_built() -> None:
    words, picture = st.columns([5, 6], gap="large", vertical_alignment="center")
    with words:
        st.subheader(_("One difference"), anchor=False)
        st.markdown(
            _(
                "The blocks of a residual network add their input to their output. Both networks start from "
                "the same weights and train on the same batches, side by side. Of the plain one even the "
                "error on its own training images rises with depth. Every curve is measured; nothing is "
                "simulated."
            )
        )
    with picture:
        st.image(_picture(), alt=_picture_alt(), width="stretch")
        st.caption(
            _(
                "Left: a plain block has to learn the whole mapping H(x). Right: a residual block "
                "learns what to add, F(x) = H(x) − x. With identity shortcuts, which add x unchanged, both "
                "networks have exactly the same number of parameters."
            )
        )


def _questions() -> None:
    st.subheader(_("Seven questions to start with"), anchor=False)
    race = _("Open this race")
    cards: tuple[tuple[str, str, str, str, str, dict[str, str]], ...] = (
        (
            ":material/trending_down:",
            _("Does a deep plain network train worse?"),
            _("Depth 32 with batch normalisation: both losses live, on a log scale."),
            race,
            pages.RACE.path,
            {"preset": "degradation"},
        ),
        (
            ":material/show_chart:",
            _("From which depth on?"),
            _(
                "Errors from 8 to 56 layers, three runs per depth. Watch the recording, or train it "
                "here (takes much longer)."
            ),
            _("Open the degradation curve"),
            pages.DEPTH.path,
            {},
        ),
        (
            ":material/ssid_chart:",
            _("Where does the gradient shrink?"),
            _("Without normalisation: the gradient of every layer, step by step."),
            race,
            pages.RACE.path,
            {"preset": "vanishing"},
        ),
        (
            ":material/balance:",
            _("When does it not matter?"),
            _("Depth 8: the two train about equally well."),
            race,
            pages.RACE.path,
            {"preset": "shallow"},
        ),
        (
            pages.ARCHITECTURES.icon,
            _("What exactly is the difference?"),
            _("Both networks drawn part by part, and what the residual one has in addition."),
            _("Open the drawings"),
            pages.ARCHITECTURES.path,
            {"show": "difference"},
        ),
        (
            pages.LAB.icon,
            _("Why do skip connections help?"),
            _("One question at a time: predict, measure on this machine, compare."),
            _("Open the Lab"),
            pages.LAB.path,
            {},
        ),
        (
            pages.INSPECT.icon,
            _("Where does a network look?"),
            _("One image under both networks: predictions, and which parts of it count."),
            _("Open the image"),
            pages.INSPECT.path,
            {},
        ),
    )
    with st.grid(columns=2, min_column_width=260, gap="medium"):
        for icon, question, answer, action, page, link in cards:
            with st.container(border=True, height="stretch"):
                st.markdown(f"#### {icon} {question}")
                st.markdown(answer)
                st.page_link(page, label=action, icon=":material/arrow_forward:", query_params=link)


class _ThisMachine:
    """What is known of it; a GPU once the first worker has looked."""

    @property
    def key(self) -> Hashable:
        return home_folder(), "machine"

    def read(self) -> Machine:
        """As far as it is known by now."""
        return server.machine()


def _is_known(machine: Machine) -> str:
    return str(bool(machine.devices))


@in_readers_language
def _device_line() -> None:
    """What this machine can do."""
    source = _ThisMachine()
    machine = source.read()
    Following(source, machine, _is_known, key="home_device", moving=not machine.devices).begin()
    parts = [
        _("{cores} CPU cores").format(cores=machine.cores),
        _("{memory} GiB RAM").format(memory=round(machine.memory_bytes / _GIBIBYTE)),
    ]
    accelerators = Counter(
        (device.name, round(device.memory_bytes / _GIBIBYTE))
        for device in machine.devices
        if device.kind != "cpu"
    )
    for (name, memory), alike in accelerators.items():
        device = _("{count} × {device}").format(count=alike, device=name) if alike > 1 else name
        parts.append(_("{device}, {memory} GiB").format(device=device, memory=memory))
    if machine.devices and not accelerators:
        parts.append(_("no GPU, none needed"))
    if machine.torch:
        parts.append(f"PyTorch {machine.torch}")
    st.caption(":material/memory: " + " · ".join(parts))


def _picture() -> str:
    drawing = Path(__file__).with_name("blocks.svg").read_text(encoding="utf-8")
    return drawing.format(**{role: _(name) for role, name in labels.ROLES.items()})


def _picture_alt() -> str:
    return _(
        "Two blocks of two convolutions. In the plain one the input passes through both; in the residual "
        "one it also goes around them and is added to their output."
    )
