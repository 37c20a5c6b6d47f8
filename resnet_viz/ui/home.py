"""The first page: the question, the careful answer, this machine, and the way to the race."""

from pathlib import Path
from typing import Final

import streamlit as st

from resnet_viz.jobs.capacity import Machine
from resnet_viz.locale import gettext as _
from resnet_viz.ui import labels, language, server, style

_RACE_PAGE: Final = "../../pages/race.py"
_GIBIBYTE: Final = 2**30


def home_page() -> None:
    """Show the page."""
    style.apply()
    words, picture = st.columns([6, 5], gap="large", vertical_alignment="center")
    with words:
        st.title(_("What does the skip connection change?"), anchor=False)
        with st.container(key="home_claim"):
            st.markdown(
                _(
                    "Stack more layers and a plain network can become **harder to train**: even on its own "
                    "training images it ends up worse. A residual network of the same depth, whose blocks "
                    "add their input to their output, trains well."
                )
            )
        st.markdown(
            _(
                "Here both are built with the same weights, see the same batches and train side by side on "
                "this machine. Every curve is measured while you watch; nothing is simulated."
            )
        )
        go = st.button(
            _("Run it live"), type="primary", icon=":material/play_arrow:", key="home_race", width=220
        )
        if go:
            st.switch_page(_RACE_PAGE)
        st.caption(_("Two networks of 32 layers, 150 training steps each. Nothing needs to be downloaded."))
        st.fragment(_device_line, run_every=None if _machine().devices else 1.0)()
    with picture:
        st.image(_picture(), alt=_picture_alt(), width="stretch")
        st.caption(
            _(
                "Left, a plain block has to learn the whole mapping H(x). Right, a residual block learns "
                "what to add, F(x) = H(x) − x. With identity shortcuts the parameters are the same, to "
                "the last one."
            )
        )
    _questions()


def _questions() -> None:
    st.subheader(_("What you can find out in a minute"), anchor=False)
    cards = (
        (
            "degradation",
            ":material/trending_down:",
            _("Does depth hurt a plain network?"),
            _("Depth 32 with batch normalisation: both losses live, on a log scale."),
        ),
        (
            "vanishing",
            ":material/ssid_chart:",
            _("Where does the gradient go?"),
            _("Without normalisation: the gradient of every layer, step by step."),
        ),
        (
            "shallow",
            ":material/balance:",
            _("When does it not matter?"),
            _("Depth 8: the two train about equally well, and the verdict says so."),
        ),
    )
    with st.grid(columns=3, min_column_width=260, gap="medium"):
        for preset, icon, question, answer in cards:
            with st.container(border=True, height="stretch"):
                st.markdown(f"#### {icon} {question}")
                st.markdown(answer)
                st.page_link(
                    _RACE_PAGE,
                    label=_("Open this race"),
                    icon=":material/arrow_forward:",
                    query_params={"preset": preset},
                )


def _machine() -> Machine:
    supervisor = server.supervisor()
    return supervisor.machine if supervisor else Machine.here()


def _device_line() -> None:
    """What this machine can do; a GPU is known once the first worker has looked."""
    language.use()
    machine = _machine()
    parts = [
        _("{cores} processor cores").format(cores=machine.cores),
        _("{memory} GB memory").format(memory=round(machine.memory_bytes / _GIBIBYTE)),
    ]
    accelerators = [device for device in machine.devices if device.kind != "cpu"]
    for device in accelerators:
        memory = round(device.memory_bytes / _GIBIBYTE)
        parts.append(_("{device}, {memory} GB").format(device=device.name, memory=memory))
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
