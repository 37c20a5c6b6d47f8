"""``lab NAME --depths``: a question at each of several depths, and its key number over them."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from resnet_viz.cli.answering import answered
from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.store import history
from resnet_viz.errors import InvalidSetting
from resnet_viz.lab.answers import Asking, answer_values
from resnet_viz.lab.over_depths import asked_at, key_values, title_of_key
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
                    **answer_values(asked, result),
                }
                for asked, result in found
            ],
        }
    )


def _show(question: Question, found: Sequence[tuple[Asking, Frame]]) -> None:
    rows = [(asked.settings["depth"], key_values(asked, result), result) for asked, result in found]
    names = list(dict.fromkeys(name for _depth, values, _result in rows for name in values))
    table = Table(_("depth"), *names, _("outcome"), title=title_of_key(question))
    for depth, values, result in rows:
        shown = [number(value) if (value := values.get(name)) is not None else "–" for name in names]
        table.add_row(str(depth), *shown, str(question.outcome_in_words(question.find(result))))
    show(_(question.title))
    show(table)
