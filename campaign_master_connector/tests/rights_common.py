"""Users of each kind, for the tests of who may see and do what."""

from .common import CampaignMasterCase


class RightsCase(CampaignMasterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman")
        cls.colleague = cls.make_user("colleague", "sales_team.group_sale_salesman")
        cls.all_leads = cls.make_user("all-leads", "sales_team.group_sale_salesman_all_leads")
        cls.marketing = cls.make_user("marketing", "mass_mailing.group_mass_mailing_user")
        cls.manager = cls.make_user("boss", "base.group_system")
        cls.employee = cls.make_user("employee")
        cls.portal = cls.env["res.users"].create(
            {
                "name": "Portal",
                "login": "portal-user",
                "group_ids": [(6, 0, [cls.env.ref("base.group_portal").id])],
            }
        )
