"""The processes that the other end-to-end tests stand on."""

import psutil
import pytest
import requests
from odoo_server import OdooServer
from odoo_session import OdooFault

from sandbox.testing import SandboxProcess


def test_login_page_answers(odoo: OdooServer) -> None:
    answer = requests.get(f"{odoo.url}/web/login", timeout=30)

    assert answer.status_code == 200
    assert 'name="password"' in answer.text


def test_a_wrong_password_is_refused(odoo: OdooServer) -> None:
    with pytest.raises(OdooFault) as caught:
        odoo.log_in("admin", "wrong")

    assert caught.value.kind == "odoo.exceptions.AccessDenied"


def test_the_addon_is_installed_and_a_fault_reaches_the_caller(odoo: OdooServer) -> None:
    domain = [("name", "=", "campaign_master_connector")]
    [module] = odoo.admin.call("ir.module.module", "search_read", domain, ["state"])

    assert module["state"] == "installed"
    with pytest.raises(OdooFault):
        odoo.admin.call("no.such.model", "search", [])


def test_odoo_reaches_the_sandbox(
    odoo: OdooServer, sandbox: SandboxProcess, account_id: int
) -> None:
    before = sandbox.control.call_counts().get("authenticate", 0)

    odoo.admin.call("campaign.master.account", "action_test_connection", [account_id])

    assert sandbox.control.call_counts()["authenticate"] > before


def test_it_has_workers_and_comes_back_after_a_crash(odoo: OdooServer) -> None:
    before = odoo.pids()
    assert len(before) >= 1 + 2 + 1  # the server, two workers, one cron

    odoo.kill()

    assert not [pid for pid in before if psutil.pid_exists(pid)]
    odoo.start()
    assert odoo.admin.call("res.users", "search_count", [("login", "=", "admin")]) == 1
