"""What people look for, found in the words that a run's row is made of, as they were written."""

import unicodedata
from functools import reduce
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Text, case, cast, exists, func, literal, or_, select
from sqlalchemy.sql.selectable import TableValuedAlias

from resnet_viz.store.schema import run_groups, runs


def words_of(text: str) -> list[str]:
    """Its words; characters that no database stores become one that nobody looks for."""
    return _storable(text).split()


def words_of_a_run(connection: Connection) -> ColumnElement[str]:
    """All that a run, joined with its group, is found by."""
    # Tags are stored as JSON, whose brackets and escapes nobody wrote.
    tag = _tags(connection)
    separated: Any = func.group_concat if connection.dialect.name == "sqlite" else func.string_agg
    tags = select(separated(tag.c.value, literal(" "))).select_from(tag).scalar_subquery()
    parts: tuple[ColumnElement[Any], ...] = (
        runs.c.id,
        runs.c.group_id,
        runs.c.role + literal("-") + cast(runs.c.depth, Text),
        runs.c.dataset,
        runs.c.state,
        runs.c.name,
        case((runs.c.tags == "[]", ""), else_=tags),
        runs.c.notes,
        run_groups.c.name,
        run_groups.c.kind,
        run_groups.c.notes,
    )
    return reduce(lambda before, part: before + literal(" ") + part, parts)


def holds(text: ColumnElement[str], word: str, connection: Connection) -> ColumnElement[bool]:
    """Whether ``word`` is in ``text``, in any case and however its accents were typed."""
    if connection.dialect.name == "sqlite" and word.isascii():
        # SQLite's LIKE knows no case in ASCII, and is far quicker than our `lower`.
        return text.contains(word, autoescape=True)
    spellings = {unicodedata.normalize(form, word) for form in ("NFC", "NFD")}
    # As written too: PostgreSQL may have a locale that lowers ASCII letters only.
    return or_(
        *(func.lower(text).contains(spelling.lower(), autoescape=True) for spelling in spellings),
        *(text.contains(spelling, autoescape=True) for spelling in spellings),
    )


def has_tag(tag: str, connection: Connection) -> ColumnElement[bool]:
    """Whether a run has ``tag``, in any case."""
    found = _tags(connection)
    wanted = unicodedata.normalize("NFC", _storable(tag))
    same = or_(func.lower(found.c.value) == wanted.lower(), found.c.value == wanted)
    return exists(select(literal(1)).select_from(found).where(same))


def _tags(connection: Connection) -> TableValuedAlias:
    if connection.dialect.name == "sqlite":
        return func.json_each(runs.c.tags).table_valued("value", name="tag")
    return func.json_array_elements_text(cast(runs.c.tags, JSON)).table_valued("value", name="tag")


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
