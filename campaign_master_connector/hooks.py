"""What Odoo leaves behind when an addon is uninstalled, since it hangs on texts and not on keys."""

from odoo.tools import SQL

ADDON = "campaign_master_connector"
# What people save for themselves, and the texts of it that name fields: also over other models, as
# the campaign of a lead.
SAVED_BY_PEOPLE = {
    "ir.filters": ("domain", "context", "sort"),
    "ir.exports.line": ("name",),
    "mailing.filter": ("mailing_domain",),
}
# What goes on with its work must not go on with everybody, nor fail and stop the others.
DOMAINS_OF_WORK = (
    ("mailing_mailing", "mailing_domain"),
    ("crm_team", "assignment_domain"),
    ("crm_team_member", "assignment_domain"),
)
NOBODY = "[('id', 'in', [])]"


def uninstall_hook(env):
    """Remove what people and Odoo made for the addon's models and fields, before these go."""
    models = _own_models(env)
    for model, field_name in (
        ("ir.filters", "model_id"),
        ("ir.exports", "resource"),
        ("mail.message", "model"),
        ("mail.followers", "res_model"),
        ("ir.attachment", "res_model"),
    ):
        found = env[model].with_context(active_test=False)
        found.search([(field_name, "in", models)]).unlink()
    mention = _mention_of_own_fields(env)
    _forget_own_fields(env, mention)
    env.flush_all()
    _leave_no_work_by_own_fields(env, mention)
    _forget_reflections(env, models)


def _own_models(env):
    own = env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "ir.model")])
    found = env["ir.model"].browse(own.mapped("res_id")).exists().mapped("model")
    return [model for model in found if model.startswith("campaign.master.")]


def _forget_own_fields(env, mention):
    """What people saved of any model by a field of ours would break that model's pages."""
    for model, names in SAVED_BY_PEOPLE.items():
        texts = SQL(", ").join(map(SQL.identifier, names))
        env[model].flush_model(names)
        rows = env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE CONCAT_WS(' ', %s) ~ %s",
                SQL.identifier(env[model]._table),
                texts,
                mention,
            )
        )
        env[model].browse(record_id for [record_id] in rows).unlink()


def _leave_no_work_by_own_fields(env, mention):
    for table, name in DOMAINS_OF_WORK:
        env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE %s ~ %s",
                SQL.identifier(table),
                SQL.identifier(name),
                NOBODY,
                SQL.identifier(name),
                mention,
            )
        )


def _mention_of_own_fields(env):
    """Pattern of a text that has the name of one of our fields of Odoo's models."""
    own = env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "ir.model.fields")])
    found = env["ir.model.fields"].browse(own.mapped("res_id")).exists()
    names = {name for name in found.mapped("name") if name.startswith("cm_")}
    return rf"\m({'|'.join(sorted(names))})\M"


def _forget_reflections(env, models):
    """Rows in which Odoo describes a schema; it doesn't look at them when it removes that."""
    env.cr.execute(
        SQL(
            """
            DELETE FROM ir_model_constraint
             WHERE type = 'f' AND module = (SELECT id FROM ir_module_module WHERE name = %s)
            """,
            ADDON,
        )
    )
    for model in models:
        env.cr.execute(
            SQL(
                """
                DELETE FROM ir_model_data
                 WHERE module <> %s AND (name LIKE %s OR name LIKE %s)
                """,
                ADDON,
                f"model_inherit__{model.replace('.', '_')}__%",
                f"selection__{model.replace('.', '_')}__%",
            )
        )
