"""``export``: runs for other programs, as a file, a folder or on stdout."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from resnet_viz.cli.console import put_file, say
from resnet_viz.cli.files import not_writable, path_given
from resnet_viz.cli.language import checked_language
from resnet_viz.cli.store import history, ids_of
from resnet_viz.errors import NotFound
from resnet_viz.exports.formats import FORMATS, common_stem, format_named, write_export
from resnet_viz.locale import N_, current_language, set_language
from resnet_viz.locale import gettext as _


def export(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Runs, races or sweeps; the first characters suffice."),
    ],
    format_: Annotated[str, typer.Option("--format", help=", ".join(FORMATS) + ".")] = "json",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            parser=path_given,
            metavar="PATH",
            help="File or folder; by default stdout, where the format is text.",
        ),
    ] = None,
    step: Annotated[int | None, typer.Option(help="Which weights; by default the newest kept.")] = None,
    language: Annotated[
        str, typer.Option(help="Of the report: en, zh; by default that of the command line.")
    ] = "",
) -> None:
    """Export runs: all numbers, the weights, a report, or an equivalent PyTorch script."""
    chosen = format_named(format_)
    words = checked_language(language, "language") if language else current_language()
    with history() as store:
        run_ids = ids_of(store, runs, with_forks=chosen.with_forks)
        if not run_ids:
            raise NotFound("no_runs", N_("There are no runs in {names}."), names=", ".join(runs)[:100])
        one_file = chosen.is_one_file(len(run_ids))
        if output is None and chosen.is_text and one_file:
            with tempfile.TemporaryDirectory() as folder, _speaking(words):
                (file,) = write_export(store, run_ids, format_, Path(folder) / "out", step=step)
                put_file(file.read_bytes())
            return
        if output is None:
            stem = common_stem([store.run(run_id) for run_id in run_ids])
            output = Path(f"{stem}{chosen.suffix}" if one_file else f"{stem}-{format_}")
        try:
            with _speaking(words):
                write_export(store, run_ids, format_, output, step=step)
        except OSError as error:
            raise not_writable(output, error) from None
    say(_("Written to {place}").format(place=output))


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    before = current_language()
    set_language(language)
    try:
        yield
    finally:
        set_language(before)
