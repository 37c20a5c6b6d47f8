"""Whatever is exported and holds a run can be imported again; whatever holds none says so."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.exports import FORMATS, as_download, import_runs
from resnet_viz.jobs.experiments import cells_of, recorded_cells, spec_of, start_experiment
from resnet_viz.jobs.outcome import outcome
from resnet_viz.store import GroupRecord, Store, export_json
from resnet_viz.ui.downloads import everything_recorded
from resnet_viz.ui.permissions import LOCAL
from tests.made.stored import start_race, train_race
from tests.ui.test_pages import open_page

HOLD_A_RUN = ("json", "safetensors")
"""Formats that come back; weights alone are tried in ``tests/exports/test_weights_round_trip.py``."""


def recorded(store: Store, run_ids: Sequence[str]) -> list[dict[str, Any]]:
    """All that is measured of each run and what it was asked to be, without what names it here."""
    exported = [export_json(store, run_id) for run_id in run_ids]
    return [
        {
            "series": one["series"],
            "profiles": one["profiles"],
            **{name: one["run"][name] for name in ("spec", "digest", "state", "step", "role", "seed")},
        }
        for one in exported
    ]


def make_race(store: Store) -> GroupRecord:
    group = start_race(store)
    train_race(store, group)
    return group


def make_sweep(store: Store) -> GroupRecord:
    group = start_experiment(store, SWEEP, SWEEP.start("quick").but(depths=(8, 14)), LOCAL)
    train_race(store, group)
    return group


@pytest.mark.parametrize("kind", ["race", "sweep"])
def test_everything_recorded_of_a_page_comes_back(store: Store, kind: str) -> None:
    group = make_race(store) if kind == "race" else make_sweep(store)
    file = next(
        one for one in everything_recorded(kind, group.id, group.run_ids, "x") if one.file_name == "x.json"
    )
    back = import_runs(store, LOCAL, file.make().encode())
    assert recorded(store, back.run_ids) == recorded(store, group.run_ids)


def test_json_of_runs_comes_back(store: Store) -> None:
    group = make_race(store)
    for chosen in (group.run_ids, group.run_ids[:1]):
        back = import_runs(store, LOCAL, as_download(store, chosen, "json").content)
        assert recorded(store, back.run_ids) == recorded(store, chosen)
    # As programs write JSON that have read it: with spaces, line ends and sorted names.
    pages = everything_recorded("race", group.id, group.run_ids, "x")[1].make()
    tidied = json.dumps(json.loads(pages), indent=2, sort_keys=True).encode()
    assert len(import_runs(store, LOCAL, tidied).run_ids) == 2


def test_a_report_is_told_from_runs(store: Store) -> None:
    group = make_sweep(store)
    places = cells_of(store, group)
    cells = recorded_cells(store, places)
    report = outcome(SWEEP, group.id, spec_of(group), places, cells)
    for name in ("sweep", "race"):
        content = json.dumps({name: group.id, "runs": report["cells"], **report}).encode()
        with pytest.raises(InvalidSetting) as refused:
            import_runs(store, LOCAL, content)
        assert refused.value.code == "import_a_report"


@pytest.mark.parametrize("name", sorted(set(FORMATS) - set(HOLD_A_RUN)))
def test_other_formats_hold_no_run_and_are_refused_in_a_sentence(store: Store, name: str) -> None:
    group = make_race(store)
    content = as_download(store, group.run_ids, name).content
    with pytest.raises(InvalidSetting) as refused:
        import_runs(store, LOCAL, content)
    assert refused.value.code == "import_not_json"


def test_the_page_takes_the_file_of_a_race(store: Store) -> None:
    group = make_race(store)
    content = everything_recorded("race", group.id, group.run_ids, "x")[1].make().encode()
    app = open_page("runs")
    app.session_state["runs_import_open"] = True
    app.run()
    app.file_uploader(key="runs_import_file_0").set_value([("race.json", content, "application/json")]).run()
    assert not app.exception
    assert not app.error
    assert len(store.groups(kind="import")[0].run_ids) == 2
