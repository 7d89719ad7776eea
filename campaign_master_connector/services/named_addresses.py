"""The addresses that texts in the database name, decided where `addresses` decides them.

PostgreSQL takes an address alone as it stands, in lower case. Every other text is read once a
statement by Python and joined back, so a million of ordinary people cost no row in Python.
"""

from odoo.tools import SQL

from .addresses import (
    PLAIN_MAXIMUM_LENGTH,
    PLAIN_PATTERN,
    TEXT_MAXIMUM_LENGTH,
    named_address,
)
from .array_literals import array_of


def is_plain(text):
    """Condition: the `SQL` expression ``text`` is an address and nothing else."""
    return SQL(
        "(LENGTH(%(text)s) <= %(maximum)s AND %(text)s ~ %(pattern)s)",
        text=text,
        maximum=PLAIN_MAXIMUM_LENGTH,
        pattern=f"^{PLAIN_PATTERN}$",
    )


def lower(text):
    """A plain address in lower case, whatever the language of the database."""
    return SQL('LOWER(%s COLLATE "C")', text)


def reading(env, texts):
    """Table of what texts name.

    :param texts: `SQL` of a query with one column
    :return: `SQL` of a table with the columns text, address and reason; its rows are the texts
        that aren't an address alone, and are no longer than a person's
    """
    rows = env.execute_query(
        SQL(
            """
            SELECT DISTINCT text FROM (%(texts)s) AS given(text)
             WHERE text <> '' AND LENGTH(text) <= %(maximum)s AND NOT %(is_plain)s
            """,
            texts=texts,
            maximum=TEXT_MAXIMUM_LENGTH,
            is_plain=is_plain(SQL("text")),
        )
    )
    return table_of([text for [text] in rows])


def table_of(texts):
    """`SQL` of a table (text, address, reason); address is NULL where a text names none."""
    named = [named_address(text) for text in texts]
    return SQL(
        "UNNEST(%s, %s, %s)",
        array_of("varchar", texts),
        array_of("varchar", (one.address or None for one in named)),
        array_of("varchar", (one.reason or None for one in named)),
    )
