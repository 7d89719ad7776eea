"""What Odoo leaves behind when an addon is uninstalled, since it hangs on texts and not on keys."""

from odoo.fields import Domain
from odoo.tools import SQL

ADDON = "campaign_master_connector"


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
    _forget_own_fields(env)
    env.flush_all()
    _forget_reflections(env, models)


def _own_models(env):
    own = env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "ir.model")])
    found = env["ir.model"].browse(own.mapped("res_id")).exists().mapped("model")
    return [model for model in found if model.startswith("campaign.master.")]


def _forget_own_fields(env):
    """Favourites and exports that use our fields of Odoo's models would break these."""
    mentions = Domain.OR(Domain(name, "like", r"cm\_") for name in ("domain", "context", "sort"))
    campaigns = Domain("model_id", "=", "utm.campaign")
    env["ir.filters"].with_context(active_test=False).search(campaigns & mentions).unlink()
    env["ir.exports.line"].search(
        [("export_id.resource", "=", "utm.campaign"), ("name", "=like", r"cm\_%")]
    ).unlink()


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
