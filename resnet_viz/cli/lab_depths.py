"""``lab NAME --depths``: a question at each of several depths, and its key number over them."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from resnet_viz.cli.answering import answered
from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.store import history
from resnet_viz.errors import InvalidSetting
from resnet_viz.lab.answers import Asking, answer_values
from resnet_viz.lab.over_depths import asked_at, key_intervals, key_values, title_of_key
from resnet_viz.lab.question import Question, Value
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import number


def for_depths(question: Question, text: str, settings: Mapping[str, Value], *, json: bool) -> None:
    """Ask ``question`` at the depths in ``text``, one after the other; interrupted, show what there is.

    Raises:
        InvalidSetting: it is about networks whose depth is given, or has no such depth or setting.
    """
    every = asked_at(question, _depths(text), settings)
    found: list[tuple[Asking, Frame]] = []
    try:
        with history() as store:
            for asked in every:
                if not json:
                    say(_("Depth {depth}").format(depth=asked.settings["depth"]))
                found.append((asked, answered(store, asked, quiet=json)))
    finally:
        if found:
            _put(question, found) if json else _show(question, found)


def _depths(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InvalidSetting(
            "not_depths",
            N_("--depths takes numbers with commas between them, as in 8,20,32, not {text}."),
            field="depths",
            text=text[:60],
        ) from None


def _put(question: Question, found: Sequence[tuple[Asking, Frame]]) -> None:
    put_json(
        {
            "question": question.name,
            "key": title_of_key(question),
            "depths": [
                {
                    "depth": asked.settings["depth"],
                    "key": key_values(asked, result),
                    "key_interval": key_intervals(asked, result),
                    **answer_values(asked, result),
                }
                for asked, result in found
            ],
        }
    )


def _show(question: Question, found: Sequence[tuple[Asking, Frame]]) -> None:
    values = [key_values(*each) for each in found]
    intervals = [key_intervals(*each) for each in found]
    names = list(dict.fromkeys(name for of_depth in values for name in of_depth))
    table = Table(_("depth"), *names, _("outcome"), title=title_of_key(question))
    for (asked, result), of_depth, ends in zip(found, values, intervals, strict=True):
        shown = [_shown(of_depth.get(name), ends.get(name)) for name in names]
        outcome = question.outcome_in_words(question.find(result))
        table.add_row(str(asked.settings["depth"]), *shown, str(outcome))
    show(_(question.title))
    show(table)
    if any(intervals):
        show(_("In brackets: the 95% confidence interval of the mean."))


def _shown(value: float | None, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return number(value)
    low, high = map(number, interval)
    return _("{value} ({low} to {high})").format(value=number(value), low=low, high=high)
