"""Commands and how they end: 0 done, 1 it did not work, 2 wrong input, 130 interrupted."""

import sys
from typing import Annotated, NoReturn

import typer
import typer.main

from resnet_viz.cli.console import give_up_results, make_legible, put_json, say
from resnet_viz.cli.describe import describe
from resnet_viz.cli.explain import explain
from resnet_viz.cli.export import export
from resnet_viz.cli.fork import fork
from resnet_viz.cli.lab import lab
from resnet_viz.cli.language import OPTION, chosen_language, taken_from, translate_help
from resnet_viz.cli.library import delete, import_, restore
from resnet_viz.cli.race import race
from resnet_viz.cli.runs import pause, resume, runs, stop
from resnet_viz.cli.sweep import sweep
from resnet_viz.cli.usage import as_refusal
from resnet_viz.errors import InvalidSetting, NotFound, ResnetVizError, WeightsRefused
from resnet_viz.locale import N_, set_language
from resnet_viz.wording import visible

app = typer.Typer(
    name="resnet-viz", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
COMMANDS = (race, sweep, fork, lab, explain, describe, runs, pause, resume, stop, delete, restore, export)
for command in COMMANDS:
    app.command()(command)
app.command("import")(import_)


@app.callback()
def resnet_viz(
    lang: Annotated[
        str, typer.Option(OPTION, help="Language of everything said: en or zh; by default the system's.")
    ] = "",
) -> None:
    """Train plain and residual networks side by side and measure what the skip connection changes."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command in ``arguments`` (by default the process's) and exit."""
    make_legible()
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: list[str]) -> int:
    try:
        code = _carried_out(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader of our output has had enough, as `head` does
        give_up_results()
        return 1
    except OSError as error:
        give_up_results()
        say(str(_system_refusal(error)))
        return 2


def _carried_out(arguments: list[str]) -> int:
    asked, others = taken_from(arguments)
    command = typer.main.get_command(app)
    try:
        set_language(chosen_language(asked))
        translate_help(command)
        return int(command(others, standalone_mode=False) or 0)
    except typer.TyperException as error:
        if error.format_message():  # empty where no command was given: the help has been printed
            _refuse(as_refusal(error, [*vars(command)["commands"]]), arguments)
        return 2
    except ResnetVizError as error:
        _refuse(error, arguments)
        return 2 if isinstance(error, InvalidSetting | NotFound | WeightsRefused) else 1
    except (typer.Abort, KeyboardInterrupt):
        return 130


def _refuse(refusal: ResnetVizError, arguments: list[str]) -> None:
    message = str(refusal)
    if "--json" in arguments:
        put_json({"error": {"code": refusal.code, "message": visible(message)}})
    say(message)


def _system_refusal(error: OSError) -> InvalidSetting:
    """What the system did not allow, where no command had a better word for it."""
    reason = error.strerror or type(error).__name__
    if error.filename is None:
        return InvalidSetting("output_lost", N_("The output cannot be written: {reason}."), reason=reason)
    return InvalidSetting(
        "not_usable",
        N_("{file} cannot be read or written: {reason}."),
        file=str(error.filename)[:200],
        reason=reason,
    )
