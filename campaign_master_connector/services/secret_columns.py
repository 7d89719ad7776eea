"""Storing secrets past Odoo's cursor, which shows statements together with their values.

It logs each one at level DEBUG, one that fails at level ERROR (somebody else's change of the same
row in the same moment is enough), and gives all of them to whoever runs the profiler.
"""

from odoo.tools import SQL


def write_secrets(account, values):
    """Store columns of ``account``: {name: value}."""
    account.flush_recordset()
    comma = SQL(", ")
    statement = SQL(
        "UPDATE campaign_master_account SET %s WHERE id = %s",
        comma.join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()),
        account.id,
    )
    account.env.cr._obj.execute(statement.code, statement.params)
    account.invalidate_recordset(values.keys())
