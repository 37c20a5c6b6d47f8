"""All settings of Race and Depth: every one has a widget, and those that hang together stay legal."""

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.experiments.kinds import RACE, SWEEP, Kind
from resnet_viz.jobs.capacity import DeviceFacts, Machine
from resnet_viz.ui import link, server
from tests.ui.test_pages import open_page, texts


def widget(app: AppTest, key: str) -> Any:
    """The widget with the session key ``key``, of whatever kind; of translated ones the English one."""
    kinds = (
        *(app.selectbox, app.number_input, app.select_slider),
        *(app.multiselect, app.button_group, app.checkbox),
    )
    return next(found for kind in kinds for found in kind if found.key in (key, f"{key}@en"))


@pytest.mark.parametrize(("page", "experiment"), [("race", RACE), ("depth", SWEEP)])
def test_every_setting_has_a_widget(page: str, experiment: Kind) -> None:
    app = open_page(page)
    for name, setting in experiment.settings.items():
        value = setting.of(experiment.start(experiment.default))
        expected = list(value) if isinstance(value, tuple) else value
        assert widget(app, f"{page}_set_{name}").value == expected


def test_other_network_types_of_a_race_are_named_as_a_change_that_can_be_taken_back() -> None:
    app = open_page("race", families="plain,residual,residual+projection")
    assert "3 networks" in texts(app)
    assert "changed from the preset: Network types" in texts(app)
    assert app.query_params["families"] == "plain,residual,residual+projection"
    app.button(key="race_back").click().run()
    assert "2 networks" in texts(app)
    assert app.query_params == {}


def test_a_race_of_other_families_is_put_together_and_made_equal_in_cost() -> None:
    """Five at once, one of them a variant; the depth goes with them, and the link has it all."""
    app = open_page("race", width="16", depth="20", families="plain,densenet+group")
    chosen = ["plain", "residual", "densenet+group", "vgg", "resnext"]
    app.multiselect(key="race_set_families@en").set_value(chosen).run()
    assert not app.exception
    assert "5 networks" in texts(app)
    app.checkbox(key="race_set_equal_cost").check().run()
    assert not app.exception
    assert "DenseNet (group) 19: growth rate 11" in texts(app)
    assert "".join(app.query_params["equal_cost"]) == "yes"
    assert "".join(app.query_params["families"]) == ",".join(chosen)


def test_a_typed_network_type_that_does_not_exist_is_refused_in_a_sentence() -> None:
    app = open_page("race")
    app.multiselect(key="race_set_families@en").set_value(["plain", "transformer"]).run()
    assert not app.exception
    assert "There is no network type transformer" in "".join(error.value for error in app.error)
    app.multiselect(key="race_set_families@en").set_value([]).run()
    assert not app.exception
    assert [error.value for error in app.error] == ["Choose at least one network type."]
    app.multiselect(key="race_set_families@en").set_value(["densenet"]).run()
    assert not app.exception
    assert app.select_slider(key="race_set_depth").value == 31


def test_costs_that_cannot_be_equal_are_refused_in_a_sentence() -> None:
    app = open_page("race", families="plain,densenet", depth="20")
    app.checkbox(key="race_set_equal_cost").check().run()
    assert not app.exception
    (error,) = app.error
    assert "densenet-19 does not come within 10%" in error.value


def test_a_block_brings_the_nearest_depth() -> None:
    app = open_page("race")
    app.selectbox(key="race_set_block@en").set_value("bottleneck").run()
    assert not app.exception
    assert app.select_slider(key="race_set_depth").value == 29
    assert app.query_params == {"block": "bottleneck", "depth": "29"}


@pytest.mark.parametrize("page", ["race", "depth"])
def test_the_way_back_to_the_preset(page: str) -> None:
    app = open_page(page, preset=("vanishing" if page == "race" else "classroom"), width="4", norm="group")
    app.button(key=f"{page}_back").click().run()
    assert not app.exception
    assert app.query_params == {"preset": "vanishing" if page == "race" else "classroom"}
    assert not [button for button in app.button if button.key == f"{page}_back"]


def test_a_resolution_from_a_link_can_be_chosen_though_it_is_not_on_the_list() -> None:
    app = open_page("race", resolution="24")
    assert app.selectbox(key="race_set_resolution@en").value == 24


def test_the_data_set_says_its_licence() -> None:
    app = open_page("race", data="cifar10")
    assert "cite Krizhevsky" in app.selectbox(key="race_set_data@en").help


def test_two_choices_in_quick_succession_both_count() -> None:
    """The second request has left the browser before that knew of the link that the first has made."""
    app = open_page("race", depth="20")
    app.select_slider(key="race_set_depth").set_value(26).run()
    assert "".join(app.query_params["depth"]) == "26"
    app.query_params["depth"] = "20"
    app.select_slider(key="race_set_seeds").set_value(2).run()
    assert app.select_slider(key="race_set_depth").value == 26
    assert {name: "".join(app.query_params[name]) for name in ("depth", "seeds")} == {
        "depth": "26",
        "seeds": "2",
    }


def test_a_race_stays_open_when_something_is_chosen_right_after_the_start() -> None:
    """The request has left the browser before that knew of the link with the race."""
    app = open_page("race")
    app.button(key="race_start").click().run()
    started = "".join(app.query_params["race"])
    del app.query_params["race"]
    app.select_slider(key="race_set_seeds").set_value(2).run()
    assert "".join(app.query_params["race"]) == started
    assert app.button(key="race_stop")


@pytest.mark.parametrize("page", ["race", "depth"])
def test_back_to_the_page_as_it_was_opened(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(link, "monotonic", lambda: now[0])
    app = open_page(page)
    app.select_slider(key=f"{page}_set_seeds").set_value(3).run()
    app.button(key=f"{page}_start").click().run()
    assert set(app.query_params) == {"seeds", "race" if page == "race" else "sweep"}
    now[0] += 60
    app.query_params.clear()
    app.run()
    assert app.query_params == {}
    assert app.select_slider(key=f"{page}_set_seeds").value != 3
    assert not [button for button in app.button if button.key == f"{page}_stop"]


@pytest.mark.parametrize(
    ("page", "name", "value"),
    [("race", "seeds", "3"), ("depth", "seeds", "3"), ("inspect", "opacity", "60"), ("runs", "q", "plain")],
)
def test_what_was_chosen_is_there_again_after_a_visit_to_another_page(
    page: str, name: str, value: str
) -> None:
    app = open_page(page, **{name: value})
    for visited in ("home", page):
        app.query_params.clear()  # as the menu does
        app.switch_page(f"../../pages/{visited}.py").run()
        assert not app.exception
    assert "".join(app.query_params[name]) == value


def test_presets_for_a_gpu_are_offered_where_there_is_one_or_a_link_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = Machine("Linux", 2, 2**33)
    assert "Paper, depth 56" not in widget(open_page("race"), "race_preset").options
    assert "Paper, depth 56" in widget(open_page("race", preset="paper-56"), "race_preset").options
    gpu = DeviceFacts("cuda", "NVIDIA H100", 80 * 2**30, bfloat16=True)
    monkeypatch.setattr(server, "machine", lambda: replace(here, devices=(gpu,)))
    assert "Paper, depth 110" in widget(open_page("race"), "race_preset").options
