# Read by Odoo's shell, which gives `env`: what the demo has beyond Odoo's own demo data.
# ruff: noqa: F821
import os

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
    user = env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": name,
            "login": login,
            "password": login,
            "email": f"{login}@example.com",
            "company_id": company.id,
            "company_ids": [(6, 0, company.ids)],
            "group_ids": [(6, 0, [env.ref("base.group_user").id, env.ref(group).id])],
        }
    )
    user.partner_id.tz = "Europe/London"
    return user


make_user("sales", "Sales User (demo)", "sales_team.group_sale_salesman")
make_user("marketing", "Marketing User (demo)", "mass_mailing.group_mass_mailing_user")
env.ref("base.user_admin").write(
    {"group_ids": [(4, env.ref("mass_mailing.group_mass_mailing_user").id)]}
)
env.cr.commit()
