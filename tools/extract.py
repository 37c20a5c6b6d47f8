"""Brings the catalogues up to date with the messages in the source: `make locale`.

New messages are added without a translation, gone ones are dropped; translations
that exist stay. A changed English text is a new message.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import typer.main
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = {"zh_CN": "Simplified Chinese"}
SOURCES = ("pages", "resnet_viz")
HEADER = """\
# {language} for ResNet Viz. Brought up to date by `make locale`.
#
msgid ""
msgstr ""
"Project-Id-Version: ResNet Viz\\n"
"Language: {locale}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
FORMS = {"_": 1, "N_": 1, "gettext": 1, "ngettext": 2}
"""The functions that take messages, and how many of their first arguments are forms of one."""


def catalogue_path(locale: str) -> Path:
    """Where the translations for ``locale`` (e.g. ``zh_CN``) are kept."""
    return ROOT / "resnet_viz" / "locale" / locale / "LC_MESSAGES" / "resnet_viz.po"


def extracted() -> Catalog:
    """Every message in the source and the command line's help, untranslated, with the files it stands in."""
    catalogue = Catalog(project="ResNet Viz", charset="utf-8")
    for path in sorted(path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")):
        for message in messages(path.read_text(encoding="utf-8")):
            catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    from resnet_viz.cli.app import app
    from resnet_viz.cli.language import help_texts

    for text in sorted(help_texts(typer.main.get_command(app))):
        catalogue.add(text, locations=[("resnet_viz/cli/app.py", 0)])
    return catalogue


def messages(source: str) -> Iterator[str | tuple[str, ...]]:
    """Every message in a Python ``source``, from its syntax tree.

    Babel's own extractor reads tokens, and before Python 3.12 a whole f-string is one
    token: a message inside one would be missed.
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if not (isinstance(node.func, ast.Name) and node.func.id in FORMS):
            continue
        given = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        texts = tuple(text for text in given[: FORMS[node.func.id]] if isinstance(text, str) and text)
        if len(texts) == FORMS[node.func.id]:
            yield texts[0] if len(texts) == 1 else texts


def read_catalogue(locale: str) -> Catalog:
    """The translations as they are on disk."""
    path = catalogue_path(locale)
    if not path.exists():
        return Catalog(locale=locale, project="ResNet Viz", charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=locale)


def update(locale: str) -> int:
    """Rewrite the catalogue of ``locale``; returns how many messages lack a translation."""
    catalogue = read_catalogue(locale)
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    path = catalogue_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    header = HEADER.format(language=LOCALES[locale], locale=locale, plural=catalogue.plural_forms)
    with path.open("wb") as target:
        target.write(header.encode())
        write_po(target, catalogue, width=100, omit_header=True, sort_by_file=True, include_lineno=False)
    return sum(not all(forms(message.string)) for message in catalogue if message.id)


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """The singular and plural forms of a message; one empty form where there is none."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # run by its path, it would find its own folder only
    for locale in LOCALES:
        print(f"{catalogue_path(locale).relative_to(ROOT)}: {update(locale)} without a translation")
