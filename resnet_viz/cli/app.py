"""Commands and how they end: 0 done, 1 it did not work, 2 wrong input, 130 interrupted."""

import sys
from typing import Any, NoReturn

import orjson
import typer

from resnet_viz.cli.console import say
from resnet_viz.cli.describing import describe
from resnet_viz.cli.explaining import explain
from resnet_viz.cli.exporting import export
from resnet_viz.cli.keeping import delete, import_, restore
from resnet_viz.cli.racing import race
from resnet_viz.cli.records import pause, resume, runs, stop
from resnet_viz.cli.sweeping import sweep
from resnet_viz.errors import InvalidSetting, NotFound, ResnetVizError, WeightsRefused

app = typer.Typer(
    name="resnet-viz",
    help="Train plain and residual networks side by side and measure what the skip connection changes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (race, sweep, explain, describe, runs, pause, resume, stop, delete, restore, export):
    app.command()(command)
app.command("import")(import_)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command in ``arguments`` (by default the process's) and exit."""
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(_run(given))


def _run(arguments: list[str]) -> int:
    try:
        return int(app(arguments, standalone_mode=False) or 0)
    except typer.TyperException as error:
        message = getattr(error, "format_message", error.__str__)()
        _refuse("usage", " ".join(message.split()), arguments)
        return 2
    except ResnetVizError as error:
        _refuse(error.code, str(error), arguments)
        return 2 if isinstance(error, InvalidSetting | NotFound | WeightsRefused) else 1
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:  # the reader of our output has had enough, as `head` does
        sys.stderr.close()
        return 1


def _refuse(code: str, message: str, arguments: list[str]) -> None:
    if "--json" in arguments:
        problem: dict[str, Any] = {"error": {"code": code, "message": message}}
        print(orjson.dumps(problem).decode())
    say(message)
