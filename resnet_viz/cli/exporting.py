"""``export``: runs for other programs, as a file, a folder or on stdout."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from resnet_viz.cli.console import say
from resnet_viz.cli.history import history, ids_of
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.exports.formats import file_stem, format_named, write_export
from resnet_viz.locale import LANGUAGES, N_, set_language


def export(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Runs, races or sweeps; the first characters suffice."),
    ],
    format_: Annotated[
        str, typer.Option("--format", help="csv, json, parquet, tensorboard, safetensors, html, script.")
    ] = "json",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File or folder; by default stdout, where the format is text."),
    ] = None,
    step: Annotated[int | None, typer.Option(help="Which weights; by default the newest kept.")] = None,
    language: Annotated[str, typer.Option(help="Of the report: en, zh.")] = "en",
) -> None:
    """Take runs away: every number, the weights, a report, or a script that trains the same."""
    chosen = format_named(format_)
    if language not in LANGUAGES:
        raise InvalidSetting(
            "unknown_language",
            N_("There is no language {name}; choose one of: {names}."),
            field="language",
            name=language[:20],
            names=", ".join(LANGUAGES),
        )
    set_language(language)
    with history() as store:
        run_ids = ids_of(store, runs)
        if not run_ids:
            raise NotFound("no_runs", N_("There are no runs in {names}."), names=", ".join(runs)[:100])
        one_file = chosen.joins or (len(run_ids) == 1 and chosen.name != "tensorboard")
        try:
            if output is None and chosen.is_text and one_file:
                with tempfile.TemporaryDirectory() as folder:
                    (file,) = write_export(store, run_ids, format_, Path(folder) / "out", step=step)
                    sys.stdout.write(file.read_text(encoding="utf-8"))
                return
            if output is None:
                stem = file_stem(store.run(run_ids[0])) if len(run_ids) == 1 else f"{len(run_ids)}-runs"
                output = Path(f"{stem}{chosen.suffix}" if one_file else f"{stem}-{format_}")
            write_export(store, run_ids, format_, output, step=step)
        except OSError as error:
            raise InvalidSetting(
                "not_writable",
                N_("{file} cannot be written: {reason}."),
                file=str(output or "stdout"),
                reason=error.strerror or "",
            ) from None
    say(f"Written to {output}")
