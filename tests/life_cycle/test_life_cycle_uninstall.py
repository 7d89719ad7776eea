"""Uninstalling leaves Odoo as it was without the addon, and installing again works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import contents
import pytest
from copies import MakeDatabase
from odoo_runs import OdooRuns

from tools import odoo_log, postgres, versions

# What a person has made, in Odoo's own tables but of the addon's fields.
OWN_USE = """
INSERT INTO ir_filters (name, model_id, domain, context, sort, active)
VALUES ('By state', 'utm.campaign', '[(''cm_state'', ''='', ''sent'')]', '{}', '[]', TRUE),
       ('Archived ones', 'utm.campaign', '[(''active'', ''='', FALSE)]', '{}', '[]', TRUE);
INSERT INTO ir_exports (name, resource) VALUES ('Recipients', 'campaign.master.recipient');
INSERT INTO mail_message (model, res_id, message_type, body)
SELECT 'campaign.master.account', id, 'comment', 'Ours' FROM campaign_master_account;
"""
# What the dump's company has in Odoo itself, whatever addons it has.
OWN_RECORDS = """
SELECT (SELECT count(*) FROM utm_campaign), (SELECT count(*) FROM res_partner),
       (SELECT count(*) FROM crm_lead), (SELECT count(*) FROM res_users),
       (SELECT array_agg(title ORDER BY id) FROM utm_campaign)
"""
LEFT_OVERS = """
SELECT 'ir_model_data', name FROM ir_model_data
 WHERE module = 'campaign_master_connector' OR name LIKE '%%campaign_master_%%' AND module <> 'base'
 UNION ALL SELECT 'ir_model', model FROM ir_model WHERE model LIKE 'campaign.master.%%'
 UNION ALL SELECT 'ir_model_fields', name FROM ir_model_fields WHERE name LIKE 'cm\\_%%'
 UNION ALL SELECT 'ir_model_constraint', name FROM ir_model_constraint
            WHERE name LIKE '%%campaign_master%%' OR name LIKE 'utm_campaign_cm%%'
 UNION ALL SELECT 'ir_cron', cron_name FROM ir_cron WHERE cron_name LIKE 'Campaign Master%%'
 UNION ALL SELECT 'ir_act_server', code FROM ir_act_server WHERE code LIKE '%%cm\\_%%'
 UNION ALL SELECT 'ir_act_window', res_model FROM ir_act_window WHERE res_model LIKE 'campaign.m%%'
 UNION ALL SELECT 'ir_ui_menu', name->>'en_US' FROM ir_ui_menu
            WHERE name->>'en_US' = 'Campaign Master'
 UNION ALL SELECT 'ir_ui_view', name FROM ir_ui_view WHERE arch_db::text LIKE '%%cm\\_s%%'
 UNION ALL SELECT 'res_groups_privilege', name->>'en_US' FROM res_groups_privilege
            WHERE name->>'en_US' = 'Campaign Master'
 UNION ALL SELECT 'ir_config_parameter', key FROM ir_config_parameter
            WHERE key LIKE '%%campaign_m%%'
 UNION ALL SELECT 'ir_filters', name FROM ir_filters
            WHERE model_id LIKE 'campaign.m%%' OR domain LIKE '%%cm\\_%%'
 UNION ALL SELECT 'ir_exports', resource FROM ir_exports WHERE resource LIKE 'campaign.m%%'
 UNION ALL SELECT 'mail_message', model FROM mail_message WHERE model LIKE 'campaign.m%%'
 UNION ALL SELECT 'mail_followers', res_model FROM mail_followers
            WHERE res_model LIKE 'campaign.m%%'
 UNION ALL SELECT 'ir_attachment', res_model FROM ir_attachment WHERE res_model LIKE 'campaign.m%%'
"""


@pytest.fixture(scope="module")
def used(
    server: postgres.Server,
    base: str,
    copy_of: MakeDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OdooRuns]:
    """A database with the addon in this version, where people have worked."""
    name = copy_of(base)
    dumps = Path(__file__).parent / "versions"
    versions.restore(server, max(dumps.glob("*.sql.gz")), name)
    runs = OdooRuns(server, name, tmp_path_factory.mktemp("uninstall"))
    runs.upgrade()
    with server.cursor(name) as cursor:
        cursor.execute(OWN_USE)
    yield runs


def test_uninstalled_it_leaves_nothing_and_installs_again(used: OdooRuns, base: str) -> None:
    server, database = used.server, used.database
    records = contents.rows(server, database, OWN_RECORDS)
    assert len(contents.rows(server, database, LEFT_OVERS)) > 100

    used.uninstall()

    assert used.problems() == []
    assert contents.rows(server, database, LEFT_OVERS) == []
    assert contents.structure(server, database) == contents.structure(server, base)
    assert contents.rows(server, database, OWN_RECORDS) == records
    kept = "SELECT name FROM ir_filters WHERE model_id = 'utm.campaign'"
    assert contents.rows(server, database, kept) == [("Archived ones",)]

    used.install("--test-enable", "--test-tags", "/campaign_master_connector:TestSync")

    assert used.problems() == []
    result = odoo_log.test_result(used.log)
    assert result and result.is_green
    references = "SELECT count(DISTINCT cm_reference), count(*) FROM utm_campaign"
    [(distinct, campaigns)] = contents.rows(server, database, references)
    assert distinct == campaigns == records[0][0]
