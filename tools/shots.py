"""Which pictures README and docs show."""

from dataclasses import dataclass
from typing import Any

VIEW = ".o_action_manager .o_view_controller"


@dataclass(frozen=True)
class Shot:
    """One picture: whose login, which page, what to wait for, to click and to bring to the top."""

    name: str
    url: str
    login: str = "marketing"
    wait: str = VIEW
    clicks: tuple[str, ...] = ()
    scroll_to: str = ""
    width: int = 1366
    height: int = 900
    dark: bool = False
    sandbox: bool = False


CAMPAIGN = ("text=Autumn offers (demo)",)
# By who sees all leads: what others see of a campaign is a part of it.
CONTACTS = (*CAMPAIGN, ".o_notebook a[name=cm_contacts]")
STATISTICS_PAGE: dict[str, Any] = {
    "url": "/odoo/campaign-master",
    "login": "admin",
    "clicks": (*CAMPAIGN, ".o_notebook a[name=cm_statistics]"),
    "scroll_to": ".o_notebook",
    "height": 844,
}

SHOTS = (
    Shot("campaign", "/odoo/campaign-master", login="admin", clicks=CONTACTS, height=1150),
    Shot("checklist", "/odoo/campaign-master", clicks=("text=Spring newsletter (demo)",)),
    Shot("campaigns", "/odoo/campaign-master"),
    Shot("statistics", **STATISTICS_PAGE),
    Shot("statistics-dark", **STATISTICS_PAGE, dark=True),
    Shot("statistics-phone", **STATISTICS_PAGE, width=390),
    Shot(
        "settings",
        "/odoo/settings#campaign_master_connector",
        login="admin",
        clicks=(".settings_tab [data-key=campaign_master_connector]",),
    ),
    Shot("sandbox", "/campaigns", wait="main", sandbox=True),
)
