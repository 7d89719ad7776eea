# Read by Odoo's shell, which gives `env`: what a company has after some weeks with the addon.
# ruff: noqa: F821
import os

from sandbox.control_client import Control

control = Control(os.environ["SANDBOX_URL"])
env = env(context={**env.context, "tracking_disable": True, "no_reset_password": True})
account = env["campaign.master.account"].create(
    {
        "company_id": env.ref("base.main_company").id,
        "enabled": True,
        "username": "demo",
        "password": "demo",
        "api_url": os.environ["SANDBOX_URL"],
        "show_extended_statistics": True,
    }
)
account.action_test_connection()
account._refresh_choices_if_stale()
seller = env["res.users"].create(
    {
        "name": "Seller",
        "login": "seller",
        "password": "seller",
        "email": "seller@example.com",
        "group_ids": [(4, env.ref("sales_team.group_sale_salesman").id)],
    }
)
people = env["res.partner"].create(
    [
        *({"name": f"Person {n}", "email": f"person-{n}@example.com"} for n in range(1, 31)),
        {"name": "No address"},
        {"name": "Malformed", "email": "nobody at all"},
        {"name": "The same", "email": "person-1@example.com"},
        {"name": "A company", "email": "company-1@example.com", "is_company": True},
    ]
)
leads = env["crm.lead"].create(
    [
        {"name": f"Interest {n}", "type": "lead", "email_from": f"lead-{n}@example.com"}
        for n in range(1, 6)
    ]
)


def make_campaign(title):
    campaign = env["utm.campaign"].create(
        {
            "title": title,
            "user_id": seller.id,
            "cm_subject": title,
            "cm_description": "Made by the version before",
            "cm_list_id": account.list_ids[:1].id,
            "cm_template_id": account.template_ids[:1].id,
            "cm_from_name": "Sales",
            "cm_from_email": "news@example.com",
        }
    )
    for model, records in (("res.partner", people), ("crm.lead", leads)):
        campaign.cm_add_people(model, [("id", "in", records.ids)])
    return campaign


sent = make_campaign("Sent before the upgrade")
sent.action_cm_sync()
control.launch(sent.cm_external_id, sent.cm_list_id.external_id, seed=7, rates={"unsubscribe": 0.2})
control.advance_clock(days=14)
sent.action_cm_update_statistics()
env["utm.campaign"]._cron_cm_update_recipient_statistics()
on_the_list = sent.cm_recipient_ids.filtered(lambda one: one.partner_id and one.state == "added")
on_the_list[2].partner_id.email = "moved@example.com"
archived = make_campaign("Archived before the upgrade")
archived.active = False
make_campaign("Waiting through the upgrade")
# Somebody had their reasons: what isn't to be updated keeps what people made of it.
env.ref("campaign_master_connector.ir_cron_update_campaign_statistics").interval_number = 45
env["ir.filters"].create(
    {
        "name": "Opened it",
        "model_id": "campaign.master.recipient",
        "domain": "[('total_opens', '>', 0)]",
        "user_ids": [(4, seller.id)],
    }
)
env.cr.commit()
