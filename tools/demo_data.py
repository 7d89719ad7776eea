# Read by Odoo's shell, which gives `env`: what the demo has beyond Odoo's own demo data.
# ruff: noqa: F821
import os

from sandbox.control_client import Control

CONTACTS = 400

company = env.ref("base.main_company")
company.partner_id.tz = "Europe/London"
env["campaign.master.account"].create(
    {
        "company_id": company.id,
        "enabled": True,
        "username": "demo",
        "password": "demo",
        "api_url": os.environ["SANDBOX_URL"],
    }
)


def make_user(login, name, group):
    """An internal user of one group, whose password is the login."""
    user = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@example.com",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                # Else it opens its chat over the page, on a phone over all of it.
                "odoobot_state": "disabled",
                "group_ids": [(6, 0, [env.ref("base.group_user").id, env.ref(group).id])],
            }
        )
    )
    user.partner_id.tz = "Europe/London"
    return user


make_user("sales", "Sales User (demo)", "sales_team.group_sale_salesman")
make_user("marketing", "Marketing User (demo)", "mass_mailing.group_mass_mailing_user")
env.ref("base.user_admin").write(
    {"group_ids": [(4, env.ref("mass_mailing.group_mass_mailing_user").id)]}
)
# Made-up people, so that the figures of a campaign are more than a handful.
env["res.partner"].create(
    [
        {
            "name": f"Demo Contact {number:03}",
            "email": f"demo-contact-{number:03}@example.com",
            "country_id": env.ref(("base.uk", "base.fr", "base.de")[number % 3]).id,
        }
        for number in range(1, CONTACTS + 1)
    ]
)
account = env["campaign.master.account"].search([], limit=1)
account._refresh_choices_if_stale()


def make_campaign(title, subject):
    """A campaign whose block is filled in, on the account's first list."""
    return env["utm.campaign"].create(
        {
            "title": title,
            "user_id": env.ref("base.user_admin").id,
            "cm_subject": subject,
            "cm_description": f"{title} of the demo",
            "cm_list_id": account.list_ids[:1].id,
            "cm_template_id": account.template_ids[:1].id,
            "cm_from_name": "Demo Sales Team",
            "cm_from_email": "news@example.com",
            "cm_test_address": "test@example.com",
        }
    )


sent = make_campaign("Autumn offers (demo)", "Our autumn offers are here")
sent.cm_add_people("res.partner", [("email", "!=", False), ("user_ids", "=", False)])
sent.cm_add_people("crm.lead", [])
sent.action_cm_sync()
Control(os.environ["SANDBOX_URL"]).launch(sent.cm_external_id, sent.cm_list_id.external_id, seed=19)
sent.action_cm_update_statistics()

draft = make_campaign("Spring newsletter (demo)", "")
draft.cm_add_people("res.partner", [("country_id.code", "=", "GB")])
env.cr.commit()
