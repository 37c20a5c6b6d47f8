"""Commands written wrongly, in our words: those of the parser exist in English only."""

import re
from collections.abc import Collection
from typing import Any

from typer import TyperException

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _

_MISSING_VALUE = N_("{name} needs a value.")
_UNKNOWN_COMMAND = N_("There is no command {name}; there are: {names}.")
_UNKNOWN_OPTION = N_("There is no option {name}; see the command's --help.")
_SIMILAR_OPTION = N_("There is no option {name}; did you mean {names}?")
_MISSING = N_("{name} is missing; see the command's --help.")
_WRONG = N_("{name} cannot have this value: {reason}.")
_TOO_MANY = N_("More was given than the command takes: {names}.")
_OTHER = N_("The command was not understood: {reason}.")

_REASONS = (
    (r"valid integer", N_("it must be a whole number")),
    (r"valid number", N_("it must be a number")),
    (r"greater than or equal to (\S+)", N_("it must be at least {0}")),
    (r"less than or equal to (\S+)", N_("it must be at most {0}")),
    (r"is not one of (.+?)\.?$", N_("it must be one of {0}")),
)
"""What the parser says of a value, and our words for it."""


def as_refusal(error: TyperException, commands: Collection[str]) -> InvalidSetting:
    """The refusal that says in the reader's language what ``error`` says."""
    option: str | None = getattr(error, "option_name", None)
    parameter: Any = getattr(error, "param", None)
    message = " ".join(error.format_message().split())
    unknown = re.match(r"No such command '(.*)'\.$", message)
    extra = re.match(r"Got unexpected extra argument\(s\) \((.*)\)$", message)
    if unknown:
        return _refusal(_UNKNOWN_COMMAND, name=unknown[1], names=", ".join(commands))
    if extra:
        return _refusal(_TOO_MANY, names=extra[1])
    if option is not None and hasattr(error, "possibilities"):
        similar = ", ".join(sorted(error.possibilities or ()))
        return _refusal(_SIMILAR_OPTION if similar else _UNKNOWN_OPTION, name=option, names=similar)
    if option is not None:
        return _refusal(_MISSING_VALUE, name=option)
    if parameter is not None:
        is_option = parameter.param_type_name == "option"
        name = parameter.opts[0] if is_option else parameter.metavar or parameter.name.upper()
        if message.startswith("Missing"):
            return _refusal(_MISSING, name=name)
        return _refusal(_WRONG, name=name, reason=_reason(error.message))
    return _refusal(_OTHER, reason=message.rstrip("."))


def _refusal(template: str, **parameters: str) -> InvalidSetting:
    return InvalidSetting("usage", template, **{name: value[:200] for name, value in parameters.items()})


def _reason(message: str) -> str:
    for pattern, words in _REASONS:
        found = re.search(pattern, message)
        if found:
            return _(words).format(*found.groups())
    return " ".join(message.split()).rstrip(".")
