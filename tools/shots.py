"""Which pictures README and docs show."""

from dataclasses import dataclass

VIEW = ".o_action_manager .o_view_controller"


@dataclass(frozen=True)
class Shot:
    """One picture: whose login, which page, what to wait for and to click, how large."""

    name: str
    url: str
    login: str = "marketing"
    wait: str = VIEW
    clicks: tuple[str, ...] = ()
    width: int = 1366
    height: int = 900
    dark: bool = False
    sandbox: bool = False


FIRST_CAMPAIGN = (".o_data_row .o_data_cell",)
STATISTICS = (*FIRST_CAMPAIGN, ".o_notebook a[name=cm_statistics]")

SHOTS = (
    Shot("campaign", "/odoo/campaign-master", clicks=FIRST_CAMPAIGN),
    Shot("campaigns", "/odoo/campaign-master"),
    Shot("statistics", "/odoo/campaign-master", clicks=STATISTICS, height=1100),
    Shot("statistics-dark", "/odoo/campaign-master", clicks=STATISTICS, height=1100, dark=True),
    Shot("statistics-phone", "/odoo/campaign-master", clicks=STATISTICS, width=390, height=844),
    Shot(
        "settings",
        "/odoo/settings#campaign_master_connector",
        login="admin",
        clicks=(".settings_tab [data-key=campaign_master_connector]",),
    ),
    Shot("sandbox", "/campaigns", wait="main", sandbox=True),
)
