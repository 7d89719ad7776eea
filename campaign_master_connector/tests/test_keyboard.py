"""What people do who have a keyboard alone: in a real browser, with real keys."""

from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from .common import CampaignMasterCase

PAGE = "/odoo/campaign-master"
KEYS = {
    "Tab": {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9},
    "Enter": {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    "Space": {"key": " ", "code": "Space", "windowsVirtualKeyCode": 32, "text": " "},
    "Escape": {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27},
}


class Keyboard(ChromeBrowser):
    """Presses the keys that the page asks for on its console."""

    def _handle_console(self, *positional, **said):
        values = said.get("args") or [{}]
        name = str(values[0].get("value")).removeprefix("press ")
        if name not in KEYS:
            return super()._handle_console(*positional, **said)
        key = {**KEYS[name], "nativeVirtualKeyCode": KEYS[name]["windowsVirtualKeyCode"]}
        for event in ("keyDown", "keyUp"):
            self._websocket_send("Input.dispatchKeyEvent", params={"type": event, **key})


@tagged("post_install", "-at_install")
class TestKeyboard(CampaignMasterCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_user("salesperson", "sales_team.group_sale_salesman")
        cls.enterClassContext(patch("odoo.tests.common.ChromeBrowser", Keyboard))

    def make_people(self):
        people = self.contacts(3)
        for number, person in enumerate(people, 1):
            person.name = f"Tour person {number}"
        people[-1].email = False
        return people

    def tour(self, url, name, login="salesperson"):
        self.start_tour(url, f"campaign_master_keyboard{name}", login=login)

    def test_recipients_are_picked_looked_at_and_sent(self):
        self.make_people()
        campaign = self.make_campaign()
        self.tour(f"{PAGE}/{campaign.id}", "")
        self.assertEqual(self.states(campaign), {"added": 2, "excluded": 1})

    def test_a_push_is_paused_and_resumed(self):
        campaign = self.synced_campaign(self.contact())
        self.add(campaign, self.contacts(3, "later"))
        self.tour(f"{PAGE}/{campaign.id}", "_push")
        self.assertFalse(campaign.cm_paused)

    def test_a_row_of_the_sync_log_is_copied(self):
        self.synced_campaign(self.contact())
        row = self.env["campaign.master.sync.log"].search([], limit=1)
        path = self.env.ref("campaign_master_connector.campaign_master_sync_log_action").id
        self.tour(f"/odoo/action-{path}/{row.id}", "_sync_log", login="admin")
