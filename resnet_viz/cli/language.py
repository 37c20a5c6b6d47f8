"""The language that the command line speaks: the one asked for, else the system's."""

import locale
import os
import re
from collections.abc import Sequence
from typing import Any

import typer
from typer import rich_utils

from resnet_viz.cli.options import help_of
from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import LANGUAGES, N_
from resnet_viz.locale import gettext as _

OPTION = "--lang"
VARIABLE = "RESNET_VIZ_LANG"
_OF_THE_SYSTEM = ("LC_ALL", "LC_MESSAGES", "LANG")


def taken_from(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """What ``--lang`` asks for, wherever it stands, and the other arguments.

    Help and refusals are in that language too, so it is read before anything else.
    """
    asked, others = None, list(arguments)
    end = others.index("--") if "--" in others else len(others)
    for place in reversed(range(end)):
        name, equals, value = others[place].partition("=")
        if name != OPTION:
            continue
        if not equals:
            value = others[place + 1] if place + 1 < len(others) else ""
        asked = asked or value
        del others[place : place + (1 if equals else 2)]
    return asked, others


def chosen_language(asked: str | None) -> str:
    """A key of `LANGUAGES`: ``asked``, else by the environment.

    Raises:
        InvalidSetting: what is asked for, or what ``RESNET_VIZ_LANG`` says, is no language of this app.
    """
    if asked is not None:
        return checked_language(asked, "lang")
    named = os.environ.get(VARIABLE)
    if named:
        return checked_language(named, VARIABLE)
    return _known(_system_locale()) or "en"


def checked_language(name: str, field: str) -> str:
    """The key of `LANGUAGES` that ``name`` stands for; raises `InvalidSetting`, about ``field``."""
    known = _known(name)
    if known is None:
        raise InvalidSetting(
            "unknown_language",
            N_("There is no language {name}; choose one of: {names}."),
            field=field,
            name=name[:20],
            names=", ".join(LANGUAGES),
        )
    return known


def translate_help(command: Any) -> None:
    """Put the help of ``command``, and of the commands below it, into the language in force."""
    for name, words in _TITLES.items():
        setattr(rich_utils, name, _(words))
    _translate(command)


def help_texts(command: Any) -> set[str]:
    """The help of ``command`` and the commands below it as it stands in the source: messages to translate.

    Without that of settings, whose words are messages already.
    """
    settings = getattr(command.callback, "settings", {})
    texts = {command.help, *(given.help for given in command.params if given.name not in settings)}
    for below in getattr(command, "commands", {}).values():
        texts |= help_texts(below)
    return {text for text in texts if text}


_TITLES = {
    "ARGUMENTS_PANEL_TITLE": N_("Arguments"),
    "OPTIONS_PANEL_TITLE": N_("Options"),
    "COMMANDS_PANEL_TITLE": N_("Commands"),
    "DEFAULT_STRING": N_("[default: {}]"),
    "REQUIRED_LONG_STRING": N_("[required]"),
}
"""Words of Typer's help pages."""
_HELP_OF_HELP = N_("Show this message and exit.")


def _translate(command: Any) -> None:
    command.help = _(command.help or "")
    asks_for_help = command.get_help_option(typer.Context(command))
    asks_for_help.help = _(_HELP_OF_HELP)
    settings = getattr(command.callback, "settings", {})
    for parameter in command.params:
        if parameter.name in settings:
            parameter.help = help_of(settings[parameter.name])
            parameter.rich_help_panel = _(settings[parameter.name].group) or None
        else:
            parameter.help = _(parameter.help or "")
    for below in getattr(command, "commands", {}).values():
        _translate(below)


def _system_locale() -> str:
    for variable in _OF_THE_SYSTEM:
        if os.environ.get(variable):
            return os.environ[variable]
    return locale.getlocale()[0] or ""  # Windows sets no variables


def _known(name: str) -> str | None:
    """Of ``zh``, ``zh_CN.UTF-8``, ``zh-Hans``, ``Chinese (Simplified)_China`` the first part counts."""
    first = re.split(r"[-_.@ ]", name.strip().lower())[0]
    first = {"chinese": "zh", "english": "en"}.get(first, first)
    return first if first in LANGUAGES else None
