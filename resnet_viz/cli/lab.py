"""``lab``: a question about skip connections, measured and answered."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from resnet_viz.cli.answering import answered
from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.files import not_writable
from resnet_viz.cli.lab_depths import for_depths
from resnet_viz.cli.store import history
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.inspection.bundled import BUNDLED
from resnet_viz.kept_files import write_whole
from resnet_viz.lab.answers import Asking, answer_values, asking, recorded
from resnet_viz.lab.panel import Panel, panel_figure
from resnet_viz.lab.question import ROWS, Question, Setting, Value
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.lab.take_away import take_away
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.store import home_folder
from resnet_viz.wording import duration, running_text

_LIST: Final = "list"


def lab(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="list, or the name of a question that it names.")
    ] = _LIST,
    run: Annotated[
        str | None,
        typer.Option(help="A race (all its seeds) or a run (its seed alone); by default the bundled pair."),
    ] = None,
    checkpoint: Annotated[
        int | None, typer.Option(help="Step of a kept checkpoint; by default the last.")
    ] = None,
    depth: Annotated[int | None, typer.Option(help="Short for --set depth=N.")] = None,
    depths: Annotated[
        str | None, typer.Option(help="Ask at each of several depths, with commas between them: 8,20,32.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Short for --set seeds=N.")] = None,
    fields: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting of the question; may be repeated."),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.zip",
            help="Measure nothing; write plain PyTorch that gives the same numbers, with its data.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Settle a question about skip connections by a measurement, in a minute at most."""
    if question == _LIST:
        _list(json)
        return
    asked_question = _named(question)
    given = [*(fields or [])]
    given += [f"depth={depth}"] if depth is not None else []
    given += [f"seeds={seeds}"] if seeds is not None else []
    if run is not None and asked_question.needs != "pair":
        raise InvalidSetting(
            "lab_needs_no_run",
            N_("The question {question} is not about trained networks; leave out --run."),
            field="run",
            question=question,
        )
    if depths is not None:
        if script is not None:
            raise InvalidSetting(
                "script_of_depths",
                N_("A script has one depth; leave out --depths or --script."),
                field="script",
            )
        for_depths(asked_question, depths, _given(asked_question, given), json=json)
        return
    asked = asking(asked_question, run or BUNDLED, checkpoint, _given(asked_question, given))
    if script is not None:
        _write_script(asked, script)
        return
    with history() as store:
        about = asked.subjects(store)
        result = answered(store, asked, quiet=json)
    if json:
        values = answer_values(asked, result)
        taken = values["seeds"] or list(about.seeds[:1])
        left_out = [{"seed": seed, "why": str(why)} for seed, why in about.left_out]
        put_json({**values, "seeds": taken, "left_out": left_out})
    else:
        show(_(asked_question.title))
        if said := running_text(about.said(takes_one=asked.takes_one_pair)):
            show(said)
        _show(asked_question, result)


def _write_script(asked: Asking, file: Path) -> None:
    with history() as store:
        made = take_away(store, asked, home_folder() / "data")
        only = asked.subjects(store).only
    try:
        write_whole(file, made.zipped())
    except OSError as error:
        raise not_writable(file, error) from None
    say(
        _("Wrote {file}. Unpack it, then: python lab-{name}/{name}.py").format(
            file=file, name=asked.question.name
        )
    )
    if only is not None:
        say(str(only))


def _list(json: bool) -> None:
    if json:
        put_json({"questions": [_facts(one) for one in QUESTIONS.values()]})
        return
    table = Table(_("name"), _("question"), _("time (recorded)"), _("settings"))
    for row, title in ROWS.items():
        there = [one for one in QUESTIONS.values() if one.row == row]
        if there:
            table.add_section()
            table.add_row("", f"[bold]{_(title)}[/bold]")
        for one in there:
            found = recorded(one.name)
            took = duration(found.result.values["wall_s"]) if found else "–"
            table.add_row(one.name, _(one.title), took, ", ".join(map(_options, one.settings)))
    show(table)


def _options(setting: Setting) -> str:
    return f"{setting.name}={'|'.join(map(str, setting.options))}"


def _facts(question: Question) -> dict[str, Any]:
    found = recorded(question.name)
    return {
        "name": question.name,
        "title": _(question.title),
        "row": question.row,
        "needs": question.needs,
        "settings": {one.name: {"options": one.options, "default": one.default} for one in question.settings},
        "recorded_wall_s": found.result.values["wall_s"] if found else None,
    }


def _named(name: str) -> Question:
    if name in QUESTIONS:
        return QUESTIONS[name]
    raise NotFound(
        "no_such_question",
        N_("The Lab has no question {name}; it has: {known}."),
        name=name[:60],
        known=", ".join(QUESTIONS),
    )


def _given(question: Question, fields: list[str]) -> dict[str, Value]:
    """``NAME=VALUE`` as the settings of ``question`` have them."""
    found: dict[str, Value] = {}
    known = {one.name: one for one in question.settings}
    for field in fields:
        name, equals, text = field.partition("=")
        if not equals:
            raise InvalidSetting(
                "not_a_setting", N_("--set takes NAME=VALUE, not {text}."), field="set", text=field[:60]
            )
        options = known[name].options if name in known else ()
        found[name] = next((one for one in options if str(one) == text), text)
    return found


def _show(question: Question, result: Frame) -> None:
    for panel in question.panels(result):
        figure = panel_figure(panel) if isinstance(panel, Panel) else panel
        columns = figure.table()
        table = Table(*columns, title=figure.title)
        for row in zip(*(values.tolist() for values in columns.values()), strict=True):
            table.add_row(*(f"{value:.4g}" if isinstance(value, float) else str(value) for value in row))
        show(table)
    finding = question.find(result)
    if finding is None:
        show(_("There is too little yet to tell."))
        return
    show(f"{finding.sentence} ({question.outcome_in_words(finding)})")
    if finding.would_tell is not None:
        show(str(finding.would_tell))
    for one in question.published:
        show(
            _("Published ({source}): {figures} {why}").format(
                source=one.source, figures=one.figures, why=one.why
            )
        )
