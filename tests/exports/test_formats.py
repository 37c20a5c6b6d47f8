"""Every format is read back by the readers of its own world."""

import io
import json
import math
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from safetensors import safe_open
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util.tensor_util import make_ndarray

from resnet_viz.checkpoint_files import kept_file
from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import InvalidSetting, NotFound, ResnetVizError
from resnet_viz.exports import FORMATS, as_download, write_export
from resnet_viz.exports.parquet_child import write_in_child
from resnet_viz.networks.registry import build
from tests.exports.conftest import GRADIENTS, LOSS, SPEC, STEPS, TAPS, Made


def check_table(table: pd.DataFrame, made: Made) -> None:
    assert list(table.columns) == ["run", "metric", "step", "tap", "value"]
    assert set(table["run"]) == {made.plain, made.residual}
    one = table[table["run"] == made.plain]
    loss = one[one["metric"] == "train/loss"]
    assert loss["tap"].isna().all()
    assert loss["step"].tolist() == STEPS.tolist()
    np.testing.assert_array_equal(loss["value"], LOSS)
    profile = one[one["metric"] == "grad/relative"].pivot(index="step", columns="tap", values="value")
    np.testing.assert_array_equal(profile[list(TAPS)].to_numpy(), GRADIENTS)
    assert len(table) == 2 * (4 + 1 + 6)


def test_csv_by_pandas(made: Made, tmp_path: Path) -> None:
    target = tmp_path / "runs.csv"
    assert write_export(made.store, [made.plain, made.residual], "csv", target) == [target]
    check_table(pd.read_csv(target), made)


def test_parquet_by_pandas_and_arrow(made: Made, tmp_path: Path) -> None:
    target = tmp_path / "runs.parquet"
    write_export(made.store, [made.plain, made.residual], "parquet", target)
    check_table(pd.read_parquet(target), made)
    about = json.loads(pq.read_schema(target).metadata[b"resnet_viz"])
    assert [run["id"] for run in about] == [made.plain, made.residual]
    assert about[0]["spec"]["network"]["depth"] == 8
    assert b"secret session" not in target.read_bytes()


def test_a_run_without_numbers_is_an_empty_table(made: Made, tmp_path: Path) -> None:
    (run_id,) = made.store.add_group("race", "me", "{}", [SPEC]).run_ids
    for name, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        write_export(made.store, [run_id], name, tmp_path / name)
        assert len(read(tmp_path / name)) == 0


def events(file: Path) -> list[Any]:
    return list(EventFileLoader(str(file)).Load())


def test_tensorboard_by_its_own_loader(made: Made, tmp_path: Path) -> None:
    files = write_export(made.store, [made.plain, made.residual], "tensorboard", tmp_path / "logs")
    assert [file.parent.name.split("-")[0] for file in files] == ["plain", "residual"]
    assert all(socket.gethostname() not in file.name for file in files)
    read = events(files[0])
    assert read[0].file_version == "brain.Event:2"
    scalars: dict[str, list[tuple[int, Any, float]]] = {}
    for event in read[1:]:
        for value in event.summary.value:
            # The loader turns the simple values of old into tensors.
            scalars.setdefault(value.tag, []).append(
                (event.step, make_ndarray(value.tensor).item(), event.wall_time)
            )
    spec = scalars.pop("spec/text_summary")
    assert (
        json.loads(spec[0][1].decode().removeprefix("```json\n").removesuffix("\n```"))["network"]["depth"]
        == 8
    )
    assert set(scalars) == {"train/loss", "test/accuracy", *(f"grad/relative/{tap}" for tap in TAPS)}
    steps, values, times = zip(*scalars["train/loss"], strict=True)
    assert steps == tuple(STEPS.tolist())
    np.testing.assert_array_equal(values, LOSS)
    assert times == (1_700_000_010.0, 1_700_000_010.0, 1_700_000_020.0, 1_700_000_020.0)
    np.testing.assert_array_equal([value for _, value, _ in scalars["grad/relative/head"]], [3, 4])
    again = write_export(made.store, [made.plain], "tensorboard", tmp_path / "logs")
    assert len(events(again[0])) == len(read)


def test_weights_by_safetensors(made: Made, tmp_path: Path) -> None:
    target = tmp_path / "weights.safetensors"
    write_export(made.store, [made.residual], "safetensors", target)
    assert target.read_bytes() == (made.store.run_folder(made.residual) / kept_file(4)).read_bytes()
    expected = build(SPEC.network, shape_of(SPEC.data), seed=0).state_dict()
    with safe_open(target, framework="pt") as weights:
        assert json.loads(weights.metadata()["resnet_viz"])["spec"]["network"]["depth"] == 8
        assert {*weights.keys()} == {f"model.{name}" for name in expected}
        for name, tensor in expected.items():
            assert weights.get_tensor(f"model.{name}").equal(tensor)


def test_weights_that_are_not_there_are_named(made: Made, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refused:
        write_export(made.store, [made.plain], "safetensors", tmp_path / "out", step=3)
    assert (refused.value.code, "steps 4" in str(refused.value)) == ("no_weights_at_step", True)
    made.store.library.remove_weights([made.plain])
    with pytest.raises(NotFound) as gone:
        write_export(made.store, [made.plain], "safetensors", tmp_path / "out")
    assert gone.value.code == "no_weights"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_downloads_one_run_and_several(made: Made, name: str) -> None:
    one = as_download(made.store, [made.plain], name)
    assert one.content
    assert made.plain in one.name
    assert b"secret session" not in one.content
    both = as_download(made.store, [made.plain, made.residual], name)
    assert both.name.startswith("2-runs")
    if FORMATS[name].makes != "together":
        with zipfile.ZipFile(io.BytesIO(both.content)) as archive:
            assert archive.testzip() is None
            assert len(archive.namelist()) == 2
            assert [made.plain in file for file in archive.namelist()] == [True, False]


def test_a_download_leaves_nothing_heavy_in_the_server(made: Made) -> None:
    """In a process as clean as the server's: this one has everything imported."""
    code = (
        "import sys; from pathlib import Path; from resnet_viz.store import open_store\n"
        "from resnet_viz.exports import FORMATS, as_download\n"
        "store = open_store(Path(sys.argv[1]), sys.argv[2])\n"
        "sizes = [len(as_download(store, sys.argv[3:], name).content) for name in FORMATS]\n"
        "assert all(sizes), sizes\n"
        "print([name for name in ('pyarrow', 'pandas', 'torch') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(made.store.home), made.store.url, made.plain, made.residual]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_parquet_that_cannot_be_made_says_why(made: Made, tmp_path: Path) -> None:
    with pytest.raises(ResnetVizError) as refused:
        write_in_child(made.store, [made.plain], tmp_path / "missing" / "runs.parquet")
    assert refused.value.code == "export_failed"
    assert "No such file" in str(refused.value)


def test_unknown_formats_and_runs_are_refused(made: Made, tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting):
        write_export(made.store, [made.plain], "xml", tmp_path / "out")
    for name in FORMATS:
        with pytest.raises(NotFound):
            write_export(made.store, ["aaaaaaaaaa"], name, tmp_path / name)
        assert not (tmp_path / name).exists()


def test_json_of_several_is_a_list_of_what_one_is(made: Made) -> None:
    """Strictly JSON, also of a run that diverged: RFC 8259 has neither NaN nor Infinity."""

    def read(*run_ids: str) -> Any:
        return json.loads(as_download(made.store, run_ids, "json").content, parse_constant=pytest.fail)

    one, both = read(made.plain), read(made.plain, made.residual)
    assert both["runs"][0] == one
    assert one["series"]["train/loss"]["value"] == [2.5, 2.25, None, None]
    assert not math.isnan(one["run"]["facts"]["train_loss"])
