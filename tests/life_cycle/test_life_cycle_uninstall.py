"""Uninstalling leaves Odoo as it was without the addon, and installing again works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import contents
import pytest
from copies import MakeDatabase
from odoo_runs import OdooRuns

from tools import odoo_log, postgres, versions

# What a person has made, in Odoo's own tables but of the addon's fields: of all models that have
# some, and of one that leads to them.
OWN_USE = """
INSERT INTO ir_filters (name, model_id, domain, context, sort, active)
SELECT name, model, COALESCE(domain, '[]'), COALESCE(context, '{}'), COALESCE(sort, '[]'), active
  FROM (VALUES
       ('By state', 'utm.campaign', $$[('cm_state', '=', 'sent')]$$, NULL, NULL, TRUE),
       ('Archived ones', 'utm.campaign', $$[('active', '=', False)]$$, NULL, NULL, TRUE),
       ('Openers', 'res.partner', $$[('cm_recipient_ids.total_opens', '>', 0)]$$, NULL, NULL, TRUE),
       ('Openers', 'crm.lead', $$[('cm_recipient_ids.total_opens', '>', 0)]$$, NULL, NULL, TRUE),
       ('Recipients', 'res.users', $$[('cm_recipient_ids', '!=', False)]$$, NULL, NULL, TRUE),
       ('Of sent ones', 'crm.lead', $$[('campaign_id.cm_state', '=', 'sent')]$$, NULL, NULL, TRUE),
       ('Measured', 'utm.campaign', NULL, $${'pivot_measures': ['cm_emails_sent']}$$, NULL, TRUE),
       ('Grouped', 'crm.lead', NULL, $${'group_by': ['campaign_id.cm_state']}$$, NULL, TRUE),
       ('Sorted', 'utm.campaign', NULL, NULL, '["cm_emails_sent desc"]', FALSE),
       ('Other words', 'res.partner', $$[('ref', '=', 'acm_state, cm_states')]$$, NULL, NULL, TRUE)
       ) AS favourite(name, model, domain, context, sort, active);
INSERT INTO ir_exports (name, resource) VALUES ('Recipients', 'campaign.master.recipient');
INSERT INTO ir_exports (name, resource)
VALUES ('Kept', 'res.partner'), ('Kept', 'crm.lead'), ('Kept', 'utm.campaign');
INSERT INTO ir_exports_line (export_id, name)
SELECT id, line FROM ir_exports CROSS JOIN UNNEST(
       ARRAY['name', 'cm_campaign_count', 'campaign_id/cm_state', 'cm_recipient_ids/email']) line
 WHERE name = 'Kept';
INSERT INTO mailing_filter (name, mailing_model_id, mailing_domain)
SELECT 'Openers', id, '[(''cm_recipient_ids.total_opens'', ''>'', 0)]'
  FROM ir_model WHERE model IN ('res.partner', 'crm.lead');
INSERT INTO mailing_filter (name, mailing_model_id, mailing_domain)
SELECT 'Kept', id, '[(''name'', ''='', ''A'')]' FROM ir_model WHERE model = 'res.partner';
INSERT INTO mail_message (model, res_id, message_type, body)
SELECT 'campaign.master.account', id, 'comment', 'Ours' FROM campaign_master_account;
INSERT INTO mailing_mailing
       (subject, email_from, source_id, mailing_model_id, schedule_type, state, mailing_type,
        mailing_domain)
SELECT 'Ours', 'a@example.com', (SELECT min(id) FROM utm_source), id, 'now', 'draft', 'mail',
       '[(''cm_recipient_ids.total_opens'', ''>'', 0)]'
  FROM ir_model WHERE model = 'res.partner';
UPDATE crm_team SET assignment_domain = '[(''cm_recipient_ids.total_opens'', ''>'', 0)]';
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
            WHERE model_id LIKE 'campaign.m%%' OR name <> 'Other words'
              AND concat(domain, context, sort) LIKE '%%cm\\_%%'
 UNION ALL SELECT 'ir_exports', resource FROM ir_exports WHERE resource LIKE 'campaign.m%%'
 UNION ALL SELECT 'ir_exports_line', name FROM ir_exports_line WHERE name LIKE '%%cm\\_%%'
 UNION ALL SELECT 'mailing_filter', name FROM mailing_filter WHERE mailing_domain LIKE '%%cm\\_%%'
 UNION ALL SELECT 'mailing_mailing', subject FROM mailing_mailing
            WHERE mailing_domain LIKE '%%cm\\_%%'
 UNION ALL SELECT 'crm_team', assignment_domain FROM crm_team
            WHERE assignment_domain LIKE '%%cm\\_%%'
 UNION ALL SELECT 'mail_message', model FROM mail_message WHERE model LIKE 'campaign.m%%'
 UNION ALL SELECT 'mail_followers', res_model FROM mail_followers
            WHERE res_model LIKE 'campaign.m%%'
 UNION ALL SELECT 'ir_attachment', res_model FROM ir_attachment WHERE res_model LIKE 'campaign.m%%'
"""

# What is nobody's of the addon, or goes on without it: for nobody, where it is told for whom.
KEPT = {
    "SELECT name FROM ir_filters WHERE name IN ('Archived ones', 'Other words') ORDER BY name": [
        ("Archived ones",),
        ("Other words",),
    ],
    "SELECT name FROM mailing_filter": [("Kept",)],
    "SELECT DISTINCT export.name, line.name FROM ir_exports export JOIN ir_exports_line line"
    " ON line.export_id = export.id": [("Kept", "name")],
    "SELECT mailing_domain FROM mailing_mailing WHERE subject = 'Ours'": [("[('id', 'in', [])]",)],
    "SELECT DISTINCT assignment_domain FROM crm_team": [("[('id', 'in', [])]",)],
}


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
    for query, kept in KEPT.items():
        assert contents.rows(server, database, query) == kept, query

    used.install("--test-enable", "--test-tags", "/campaign_master_connector:TestSync")

    assert used.problems() == []
    result = odoo_log.test_result(used.log)
    assert result and result.is_green
    references = "SELECT count(DISTINCT cm_reference), count(*) FROM utm_campaign"
    [(distinct, campaigns)] = contents.rows(server, database, references)
    assert distinct == campaigns == records[0][0]
