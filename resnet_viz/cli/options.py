"""The settings of an experiment as options of a command, made from the table that forms and links use."""

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import typer

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import Kind
from resnet_viz.experiments.links import read
from resnet_viz.experiments.settings import Setting
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import with_fields

Command = TypeVar("Command", bound=Callable[..., Any])


def options_of(kind: Kind) -> Callable[[Command], Command]:
    """Give a command one option for each setting; the ``**given`` of its signature stands for them.

    It is called with their values by the settings' names, None for those that were not given.
    """

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command)
        parameters: list[inspect.Parameter] = []
        for parameter in signature.parameters.values():
            if parameter.kind is inspect.Parameter.VAR_KEYWORD:
                parameters += map(_option, kind.settings.values())
            else:
                parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
        # Typer reads a command's options from its signature.
        command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        command.settings = kind.settings  # type: ignore[attr-defined]  # for `language`
        return command

    return decorate


FieldsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="A setting of the network types that have it, such as growth=24; may be repeated.",
    ),
]


def asked_for(kind: Kind, preset: str, given: dict[str, Any], fields: Sequence[str]) -> Experiment:
    """What ``preset``, the options that were ``given`` and ``--set`` ask for; raises `InvalidSetting`."""
    start = kind.start(preset)
    asked = {name: value for name in kind.settings if (value := given[name]) is not None}
    if fields:
        families = read("families", asked["families"], start) if "families" in asked else start.families
        asked["families"] = with_fields(families, fields)
    spec, asked = kind.in_turn(preset, asked)
    for name, value in asked.items():
        spec = kind.put(spec, name, value)
    return spec


def _option(setting: Setting) -> inspect.Parameter:
    name = setting.option or setting.name
    option = typer.Option(
        f"--{name}/--no-{name}" if setting.kind is bool else f"--{name}",
        help=help_of(setting),
        rich_help_panel=setting.group or None,
        show_default=False,
    )
    return inspect.Parameter(
        setting.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[setting.kind | None, option],
    )


def help_of(setting: Setting) -> str:
    """What ``--help`` says of a setting, in the language in force."""
    values, label, more = ", ".join(setting.texts) or _(setting.example), _(setting.label), _(setting.help)
    if not values and setting.limits:
        least, most = setting.limits
        limits = _("{least} to {most}, or all") if setting.kind is str else _("{least} to {most}")
        values = limits.format(least=least, most=most)
    sentence = _("{label}: {values}. {more}") if values else _("{label}. {more}")
    return sentence.format(label=label, values=values, more=more).strip()
