"""``delete``, ``restore``, ``import``: what stays in the history, and what comes into it."""

from pathlib import Path
from typing import Annotated

import typer

from resnet_viz.cli.console import put_json, say
from resnet_viz.cli.files import path_given
from resnet_viz.cli.store import history, ids_of
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.exports.encoding import is_json
from resnet_viz.images.names import display_name
from resnet_viz.locale import N_, ngettext
from resnet_viz.locale import gettext as _
from resnet_viz.store import COMMAND_LINE
from resnet_viz.store.library import UNDO_S

_Named = Annotated[
    list[str], typer.Argument(metavar="RUN...", help="Runs, races or sweeps; the first characters suffice.")
]
_MOST_READ = 512 * 2**20  # more than any file that is accepted


def delete(
    runs: _Named,
    weights: Annotated[bool, typer.Option("--weights", help="Only the weights; curves stay.")] = False,
    for_good: Annotated[bool, typer.Option("--for-good", help="At once; cannot be undone.")] = False,
) -> None:
    """Delete runs; within a week, ``restore`` undoes it."""
    with history() as store:
        if weights:
            freed = store.library.remove_weights(ids_of(store, runs))
            say(_("{size} MB were freed.").format(size=f"{freed / 2**20:.1f}"))
            return
        chosen = ids_of(store, runs)
        deleted = store.library.delete(chosen)
        if for_good:
            gone = store.library.purge(only=chosen)
            sentence = ngettext(
                "{count} run was deleted permanently.", "{count} runs were deleted permanently.", len(gone)
            )
            say(sentence.format(count=len(gone)))
            return
        store.library.purge(older_than_s=UNDO_S)
        for run_id in deleted:
            undo = f"python -m resnet_viz restore {run_id}"
            say(_("{run} was deleted; undo this with: {command}").format(run=run_id, command=undo))


def restore(runs: _Named) -> None:
    """Undo the deletion of runs."""
    with history() as store:
        for run_id in ids_of(store, runs, deleted=True):
            store.library.restore([run_id])
            say(_("{run} was restored.").format(run=run_id))


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            parser=path_given, metavar="FILE", help="Runs exported as JSON, or weights as safetensors."
        ),
    ],
    name: Annotated[str, typer.Option(help="Name of what is imported; by default the file's.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Add a run that was exported elsewhere, or the weights of one, to the history."""
    content = _read(file)
    name = name or display_name(file.name)
    with history() as store:
        if is_json(content):
            from resnet_viz.exports.importing import import_runs

            group = import_runs(store, COMMAND_LINE, content, name=name)
            notes: tuple[str, ...] = ()
        else:
            from resnet_viz.inspection.importing import import_weights  # torch takes seconds

            group, changes = import_weights(store, COMMAND_LINE, content, name=name)
            notes = tuple(str(change) for change in changes)
    for note in notes:
        say(note)
    if json:
        put_json({"group": group.id, "runs": list(group.run_ids), "notes": list(notes)})
        return
    for run_id in group.run_ids:
        say(_("Imported as {run}").format(run=run_id))


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            return source.read(_MOST_READ + 1)
    except FileNotFoundError:
        raise NotFound("no_file", N_("There is no file {file}."), file=str(file)[:200]) from None
    except OSError as error:
        raise InvalidSetting(
            "not_readable",
            N_("{file} cannot be read: {reason}."),
            file=str(file)[:200],
            reason=error.strerror or type(error).__name__,
        ) from None
