"""Databases of earlier versions, kept as what differs from an Odoo without the addon.

A dump of the whole database would be megabytes, and of one release of Odoo. This one names Odoo's
own records by their external ids, so it can be put on top of any Odoo 19 with the same apps.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from psycopg2.extensions import adapt

from .postgres import Server

# Ids of ours begin here, above all that Odoo itself may have given.
SHIFT = 1_000_000
# What a running server writes by itself, and what it makes anew.
LEFT_OUT = (
    "base_registry_signaling",
    "ir_attachment",
    "ir_logging",
    "ir_cron_",
    "bus_",
    "ir_profile",
)
ACTION_TABLES = {
    "ir.actions.act_window": "ir_act_window",
    "ir.actions.server": "ir_act_server",
    "ir.actions.client": "ir_act_client",
}
PREAMBLE = """\
SET session_replication_role = replica;
CREATE FUNCTION pg_temp.of(text, text) RETURNS integer STABLE LANGUAGE sql AS
    'SELECT res_id FROM ir_model_data WHERE module = $1 AND name = $2';
"""
ENDING = """\
UPDATE ir_module_module SET (state, latest_version, demo) = ('installed', {version}, FALSE)
 WHERE name = {addon};
UPDATE ir_config_parameter SET value = {uuid} WHERE key = 'database.uuid';
"""
SEQUENCES = """
SELECT format('SELECT setval(%L, GREATEST(1, (SELECT max(id) FROM %s)))',
              pg_get_serial_sequence(relation::text, 'id'), relation)
  FROM (SELECT attrelid::regclass AS relation
          FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attname = 'id') AS tables
 WHERE pg_get_serial_sequence(relation::text, 'id') IS NOT NULL
"""
COLUMNS = """
SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
   AND NOT attisdropped
 ORDER BY relname, attnum
"""
CONSTRAINTS = """
SELECT conname, format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
                       pg_get_constraintdef(oid))
  FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u') ORDER BY contype = 'f'
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
  FROM pg_index
 WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
"""
VIEWS = """
SELECT viewname, format('CREATE VIEW %I AS %s', viewname, rtrim(definition, ';'))
  FROM pg_views WHERE schemaname = 'public'
"""
# Odoo keeps the definition of what it made in the comment, to see whether it changed since.
COMMENTS = """
SELECT format('COMMENT ON INDEX %s IS %L', objoid::regclass, description), 1
  FROM pg_description JOIN pg_class ON pg_class.oid = objoid
 WHERE classoid = 'pg_class'::regclass AND relkind = 'i' AND objsubid = 0
   AND relnamespace = 'public'::regnamespace
 UNION ALL
SELECT format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, conrelid::regclass, description), 1
  FROM pg_description JOIN pg_constraint ON pg_constraint.oid = objoid
 WHERE classoid = 'pg_constraint'::regclass AND connamespace = 'public'::regnamespace
"""
REFERENCES = """
SELECT conrelid::regclass::text, attname, confrelid::regclass::text
  FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
 WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""


@dataclass
class Database:
    """What is in a database, as far as two of them are compared."""

    cursor: Any
    ids: dict[str, set[int]] = field(default_factory=dict)

    def pairs(self, query: str) -> dict[str, str]:
        """The two columns of a query."""
        self.cursor.execute(query)
        return dict(self.cursor.fetchall())

    @cached_property
    def columns(self) -> dict[str, dict[str, tuple[str, bool]]]:
        """{table: {column: (type, whether it may not be empty)}}."""
        self.cursor.execute(COLUMNS)
        found: dict[str, dict[str, tuple[str, bool]]] = {}
        for table, column, kind, is_required in self.cursor.fetchall():
            found.setdefault(table, {})[column] = (kind, is_required)
        return found

    def rows(self, table: str) -> list[dict[str, str | None]]:
        """Each row of a table, all values as text."""
        names = list(self.columns[table])
        texts = ", ".join(f'"{name}"::text' for name in names)
        self.cursor.execute(f'SELECT {texts} FROM ONLY "{table}" ORDER BY 1, 2')
        return [dict(zip(names, row, strict=True)) for row in self.cursor.fetchall()]

    def ids_of(self, table: str) -> set[int]:
        """The ids of a table's rows, empty where there is no such table."""
        if table not in self.ids:
            self.ids[table] = set()
            if "id" in self.columns.get(table, {}):
                self.cursor.execute(f'SELECT id FROM "{table}"')
                self.ids[table] = {number for [number] in self.cursor.fetchall()}
        return self.ids[table]

    @cached_property
    def external_ids(self) -> dict[tuple[str, int], tuple[str, str]]:
        """{(table, id): (module, name)}."""
        self.cursor.execute(
            "SELECT model, res_id, module, name FROM ir_model_data ORDER BY id DESC"
        )
        return {(table_of(m), number): (module, name) for m, number, module, name in self.cursor}

    @cached_property
    def references(self) -> dict[tuple[str, str], str]:
        """{(table, column): the table whose rows the column names}."""
        self.cursor.execute(REFERENCES)
        return {(table, column): other for table, column, other in self.cursor.fetchall()}


def table_of(model: str) -> str:
    """The table of a model."""
    return ACTION_TABLES.get(model, model.replace(".", "_"))


def restore(server: Server, path: Path, database: str) -> None:
    """Put a dump on top of a database that has Odoo's apps without the addon."""
    with gzip.open(path, "rt", encoding="utf-8") as file, server.cursor(database) as cursor:
        cursor.execute(f"BEGIN; {file.read()} COMMIT")
        cursor.execute(SEQUENCES)
        for [statement] in cursor.fetchall():
            cursor.execute(statement)


def dump(server: Server, base: str, database: str, addon: str, path: Path) -> None:
    """Write what ``database`` has beyond ``base``, from which it was made."""
    with server.cursor(base) as old, server.cursor(database) as new:
        text = Difference(Database(old), Database(new)).text(addon)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


@dataclass
class Difference:
    """What has to be done to ``old`` to make it ``new``, as statements."""

    old: Database
    new: Database

    def text(self, addon: str) -> str:
        """The whole dump; what has to be there first comes first."""
        statements = [*self._structure(), *self._data(), *self._definitions(CONSTRAINTS)]
        statements += [*self._definitions(INDEXES), *self._definitions(VIEWS)]
        statements += self.new.pairs(COMMENTS).keys() - self.old.pairs(COMMENTS).keys()
        self.new.cursor.execute(
            "SELECT latest_version, (SELECT value FROM ir_config_parameter "
            "WHERE key = 'database.uuid') FROM ir_module_module WHERE name = %s",
            [addon],
        )
        version, uuid = map(quoted, self.new.cursor.fetchone())
        ending = ENDING.format(version=version, addon=quoted(addon), uuid=uuid)
        return PREAMBLE + "".join(f"{one};\n" for one in statements) + ending

    def _definitions(self, query: str) -> list[str]:
        known = self.old.pairs(query)
        return [text for name, text in self.new.pairs(query).items() if name not in known]

    def _structure(self) -> Iterator[str]:
        for table, columns in self.new.columns.items():
            known = self.old.columns.get(table)
            if known is None:
                key = ["id serial PRIMARY KEY"] if "id" in columns else []
                rest = [_column(name, *kind) for name, kind in columns.items() if name != "id"]
                yield f"CREATE TABLE {table} ({', '.join(key + rest)})"
            for name in columns.keys() - (known or columns).keys():
                yield f"ALTER TABLE {table} ADD COLUMN {_column(name, columns[name][0], False)}"

    def _data(self) -> Iterator[str]:
        for table in self.new.columns:
            if table.startswith(LEFT_OUT) and table != "ir_cron":
                continue
            if "id" in self.new.columns[table]:
                yield from self._records(table)
            else:
                yield from self._pairs_of_ids(table)

    def _records(self, table: str) -> Iterator[str]:
        added = sorted(self.new.columns[table].keys() - self.old.columns.get(table, {}).keys())
        for row in self.new.rows(table):
            is_known = int(row["id"] or 0) in self.old.ids_of(table)
            if not is_known:
                yield self._insert(table, row)
            elif any(row[name] is not None for name in added):
                values = ", ".join(f"{name} = {self._value(table, row, name)}" for name in added)
                key = self._reference(table, row["id"])
                yield f"UPDATE {table} SET {values} WHERE id = {key}"

    def _pairs_of_ids(self, table: str) -> Iterator[str]:
        known = self.old.rows(table) if table in self.old.columns else []
        for row in self.new.rows(table):
            if row not in known:
                yield self._insert(table, row)

    def _insert(self, table: str, row: dict[str, str | None]) -> str:
        given = [name for name, value in row.items() if value is not None]
        names = ", ".join(f'"{name}"' for name in given)
        values = ", ".join(self._value(table, row, name) for name in given)
        return f"INSERT INTO {table} ({names}) VALUES ({values})"

    def _value(self, table: str, row: dict[str, str | None], name: str) -> str:
        value = row[name]
        if value is None:
            return "NULL"
        if name == "id":
            return self._reference(table, value)
        if (table, name) == ("ir_model_data", "res_id"):
            return self._reference(table_of(row["model"] or ""), value)
        if other := self.new.references.get((table, name)):
            return self._reference(other, value)
        if table == "ir_ui_menu" and name == "action":
            model, _, number = value.partition(",")
            return f"'{model},' || {self._reference(table_of(model), number)}"
        if name == "parent_path":
            steps = [self._reference(table, step) for step in value.split("/") if step]
            return " || '/' || ".join([*steps, "''"])
        return quoted(value)

    def _reference(self, table: str, value: str | None) -> str:
        """An id, as it will be where the dump is put."""
        number = int(value or 0)
        if number not in self.old.ids_of(table):
            return str(number + SHIFT)
        module, name = self.old.external_ids[table, number]
        return f"pg_temp.of({quoted(module)}, {quoted(name)})"


def _column(name: str, kind: str, is_required: bool) -> str:
    return f'"{name}" {kind}{" NOT NULL" if is_required else ""}'


def quoted(value: str) -> str:
    """A text as PostgreSQL's literal."""
    literal = adapt(value)
    literal.encoding = "utf-8"
    text: str = literal.getquoted().decode()
    return text
