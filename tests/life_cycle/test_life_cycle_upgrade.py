"""A database that an earlier version made comes to this version with all its data, and works.

Each dump is of an Odoo without demo data, used for a while: `tools/dump.py` has made it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import contents
import pytest
from copies import MakeDatabase
from odoo_runs import OdooRuns
from odoo_server import OdooServer
from steps import first_id, run_schedule, states_of_recipients, sync

from sandbox.testing import SandboxProcess
from tools import places, postgres, versions

VERSIONS = Path(__file__).parent / "versions"
EARLIER = ["19.0.1.0.0", "19.0.1.1.0", "19.0.1.2.0", "19.0.1.3.0", "19.0.1.4.0"]
MANIFEST = ast.literal_eval((places.ADDON / "__manifest__.py").read_text(encoding="utf-8"))
# What the dump's company changed for itself.
OWN_INTERVAL = ("ir_cron_update_campaign_statistics", 45)
LARGEST_DUMP = 200_000
FORMER_ADDRESSES_SINCE = "19.0.1.3.0"
# Who is still to be added in the background, as each version wrote it.
TO_ADD = {
    "19.0.1.1.0": "[('id', '<', 0)]",
    "19.0.1.2.0": "[('id', '<', 0)]",
    "19.0.1.3.0": '[["id", "<", 0]]',
    "19.0.1.4.0": '[["id", "<", 0]]',
}
ADD_SOMEBODY_LATER = """
    UPDATE utm_campaign SET cm_additions = JSONB_BUILD_ARRAY(JSONB_BUILD_OBJECT(
        'res_model', 'res.partner', 'domain', %s::text, 'user_id', 2,
        'company_ids', '[1]'::jsonb, 'after', 0))
     WHERE title->>'en_US' = 'Waiting through the upgrade'
"""
# As the filter "In Campaign Master" of those versions is kept, with another one after it.
KEEP_A_SEARCH = """
    INSERT INTO ir_filters (name, model_id, domain, context, sort, active)
    VALUES ('Ours', 'utm.campaign',
            '["&", ("cm_external_id", ">", 0), ("cm_state", "=", "sent")]', '{}', '[]', TRUE)
"""
# The same of the campaign of a lead, for mailings of Odoo.
KEEP_A_MAILING_FILTER = """
    INSERT INTO mailing_filter (name, mailing_model_id, mailing_domain)
    SELECT 'Ours', id, '[["campaign_id.cm_external_id", ">", 0]]' FROM ir_model
     WHERE model = 'crm.lead'
"""
# As campaigns could come to share one: a backup was restored, say.
SHARE_AN_ID = """
    INSERT INTO utm_campaign
           (name, title, user_id, stage_id, active, cm_reference, cm_account_id, cm_list_id,
            cm_external_id, cm_state, cm_sent_at, cm_recipient_statistics_after,
            cm_recipient_statistics_page)
    SELECT %(title)s, JSONB_BUILD_OBJECT('en_US', %(title)s), user_id, stage_id, TRUE, 'shares',
           cm_account_id, cm_list_id, cm_external_id, 'sent', cm_sent_at, cm_sent_at, 3
      FROM utm_campaign WHERE title->>'en_US' = 'Sent before the upgrade'
"""
KEPT = {
    "campaigns": """
        SELECT title, active, cm_reference, cm_external_id::varchar, cm_state, cm_emails_sent,
               cm_unique_clicks, cm_total_opens, cm_synced_at, cm_subject
          FROM utm_campaign WHERE cm_reference <> 'shares' ORDER BY id
    """,
    "recipients": """
        SELECT campaign_id, partner_id, lead_id, kind, email, state, state_reason, total_opens,
               first_open, total_clicks, bounced, opted_out OR state = 'opted_out'
          FROM campaign_master_recipient ORDER BY id
    """,
    "opt-outs": "SELECT account_id, email, partner_id, lead_id FROM campaign_master_opt_out "
    "ORDER BY id",
    "former addresses": "SELECT recipient_id, email FROM campaign_master_former_address "
    "ORDER BY id",
    "account": "SELECT username, stored_password, api_url, show_extended_statistics, database_uuid"
    " FROM campaign_master_account",
    "lists": "SELECT account_id, external_id::varchar, name FROM campaign_master_list ORDER BY id",
    "templates": "SELECT account_id, external_id::varchar, name FROM campaign_master_template "
    "ORDER BY id",
    "log": "SELECT kind, campaign_id, added, error FROM campaign_master_sync_log ORDER BY id",
}


@pytest.fixture(scope="module", params=EARLIER)
def version(request: pytest.FixtureRequest) -> str:
    """The version that made the database."""
    made_by: str = request.param
    return made_by


@pytest.fixture(scope="module")
def old(version: str, server: postgres.Server, base: str, copy_of: MakeDatabase) -> str:
    """The database as that version has left it."""
    name = copy_of(base)
    versions.restore(server, VERSIONS / f"{version}.sql.gz", name)
    with server.cursor(name) as cursor:
        cursor.execute(KEEP_A_SEARCH)
        cursor.execute(KEEP_A_MAILING_FILTER)
        cursor.execute(SHARE_AN_ID, {"title": "Shares its id"})
        if version in TO_ADD:
            cursor.execute(ADD_SOMEBODY_LATER, [TO_ADD[version]])
    return name


@pytest.fixture(scope="module")
def upgraded(
    server: postgres.Server,
    old: str,
    copy_of: MakeDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> OdooRuns:
    """A copy of it, upgraded."""
    runs = OdooRuns(server, copy_of(old), tmp_path_factory.mktemp("upgrade"))
    runs.upgrade()
    return runs


def test_the_dump_is_small_and_of_an_earlier_version(
    version: str, server: postgres.Server, old: str
) -> None:
    assert (VERSIONS / f"{version}.sql.gz").stat().st_size < LARGEST_DUMP
    query = "SELECT state, latest_version FROM ir_module_module WHERE name = %s"
    assert contents.rows(server, old, query, places.ADDON.name) == [("installed", version)]
    assert MANIFEST["version"] != version


def test_the_upgrade_logs_no_problem(upgraded: OdooRuns) -> None:
    assert upgraded.problems() == []
    query = "SELECT state, latest_version FROM ir_module_module WHERE name = %s"
    found = contents.rows(upgraded.server, upgraded.database, query, places.ADDON.name)
    assert found == [("installed", MANIFEST["version"])]


@pytest.mark.parametrize("subject", KEPT)
def test_all_data_is_kept(subject: str, old: str, upgraded: OdooRuns) -> None:
    before = contents.rows(upgraded.server, old, KEPT[subject])
    assert before
    assert contents.rows(upgraded.server, upgraded.database, KEPT[subject]) == before


def test_it_has_what_a_new_installation_has(template: str, upgraded: OdooRuns) -> None:
    fresh = contents.structure(upgraded.server, template)
    found = contents.structure(upgraded.server, upgraded.database)
    assert {"missing": sorted(fresh - found), "left over": sorted(found - fresh)} == {
        "missing": [],
        "left over": [],
    }


def test_every_record_of_the_addon_has_arrived(template: str, upgraded: OdooRuns) -> None:
    fresh = contents.our_names(upgraded.server, template)
    found = contents.our_names(upgraded.server, upgraded.database)
    assert {"missing": sorted(fresh - found), "left over": sorted(found - fresh)} == {
        "missing": [],
        "left over": [],
    }


@pytest.mark.parametrize("table", contents.RECORDS)
def test_records_say_what_those_of_a_new_installation_say(
    table: str, template: str, upgraded: OdooRuns
) -> None:
    fresh = contents.records(upgraded.server, template, table)
    assert fresh
    assert contents.records(upgraded.server, upgraded.database, table) == fresh


def test_what_recipients_are_analysed_by_is_filled_in(upgraded: OdooRuns) -> None:
    query = """
        SELECT kind, count(*), count(commercial_partner_id) FROM campaign_master_recipient
         GROUP BY kind ORDER BY kind
    """
    found = contents.rows(upgraded.server, upgraded.database, query)
    assert [(kind, with_company) for kind, _count, with_company in found] == [
        ("company", found[0][1]),
        ("contact", 0),
        ("lead", 0),
    ]
    assert found[0][1] > 0


def test_who_waits_again_was_on_a_list(version: str, upgraded: OdooRuns) -> None:
    """With a former address, which a version that keeps those tells from the one of now."""
    query = "SELECT email FROM campaign_master_recipient WHERE was_on_list"
    found = contents.rows(upgraded.server, upgraded.database, query)
    assert found == ([("moved@example.com",)] if version < FORMER_ADDRESSES_SINCE else [])


def test_who_is_to_be_added_in_the_background_still_is(version: str, upgraded: OdooRuns) -> None:
    query = "SELECT cm_additions->0->>'domain' FROM utm_campaign WHERE cm_additions IS NOT NULL"
    found = contents.rows(upgraded.server, upgraded.database, query)
    assert found == ([('[["id", "<", 0]]',)] if version in TO_ADD else [])


def test_ids_are_text_and_match_what_was_sent_before(upgraded: OdooRuns) -> None:
    query = """
        SELECT campaign.cm_sent_values->'template_id', TO_JSONB(template.external_id)
          FROM utm_campaign campaign
          JOIN campaign_master_template template ON template.id = campaign.cm_template_id
         WHERE campaign.cm_sent_values IS NOT NULL
    """
    found = contents.rows(upgraded.server, upgraded.database, query)
    assert found
    assert all(isinstance(sent, str) and sent == known for sent, known in found)


def test_a_search_that_somebody_kept_still_finds_what_it_found(upgraded: OdooRuns) -> None:
    query = "SELECT domain FROM ir_filters WHERE name = 'Ours'"
    found = contents.rows(upgraded.server, upgraded.database, query)
    assert found == [('["&", ("cm_external_id", "!=", False), ("cm_state", "=", "sent")]',)]


def test_a_filter_of_mailings_still_finds_what_it_found(upgraded: OdooRuns) -> None:
    query = "SELECT mailing_domain FROM mailing_filter WHERE name = 'Ours'"
    found = contents.rows(upgraded.server, upgraded.database, query)
    assert found == [('[("campaign_id.cm_external_id", "!=", False)]',)]


def test_campaign_that_shared_an_id_is_not_launched(upgraded: OdooRuns) -> None:
    """Else it were locked for good, since nothing takes the date of a launch back."""
    query = """
        SELECT cm_external_id, cm_state, cm_sent_at, cm_recipient_statistics_after,
               cm_recipient_statistics_page
          FROM utm_campaign WHERE cm_reference = 'shares'
    """
    found = contents.rows(upgraded.server, upgraded.database, query)
    assert found == [(None, "not_synced", None, None, 0)]


def test_what_people_changed_of_a_schedule_stays(upgraded: OdooRuns) -> None:
    name, minutes = OWN_INTERVAL
    query = """
        SELECT interval_number FROM ir_cron WHERE id =
            (SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s)
    """
    found = contents.rows(upgraded.server, upgraded.database, query, places.ADDON.name, name)
    assert found == [(minutes,)]


@pytest.fixture
def odoo(upgraded: OdooRuns, tmp_path: Path) -> Iterator[OdooServer]:
    name = f"{upgraded.database}_served"
    server = OdooServer(upgraded.server, upgraded.database, tmp_path, name, max_cron_threads=0)
    try:
        yield server.start()
    finally:
        server.remove()


def test_it_works_with_campaign_master_at_once(odoo: OdooServer) -> None:
    with SandboxProcess(seed=7) as sandbox:
        admin = odoo.admin
        account = first_id(admin, "campaign.master.account", [])
        # This sandbox counts its campaigns from 1 again, and no two may have one id.
        with odoo.cursor() as cursor:
            cursor.execute("UPDATE utm_campaign SET cm_external_id = 'there-' || cm_external_id")
        # A port of its own is a host of its own, so the password is entered again.
        login = {"api_url": sandbox.url, "password": sandbox.password}
        admin.call("campaign.master.account", "write", [account], login)
        seller = odoo.log_in("seller", "seller")
        title = [("title", "=", "Waiting through the upgrade")]
        waiting = first_id(seller, "utm.campaign", title)

        sync(seller, waiting)
        run_schedule(admin)

        states = states_of_recipients(seller, waiting)
        assert "pending" not in states
        assert states.count("added") > 10
        # Who left before the upgrade isn't asked again after it.
        assert states.count("opted_out") > 0
        campaign = seller.read("utm.campaign", waiting, "cm_external_id", "cm_sync_error")
        assert campaign["cm_sync_error"] is False
        assert campaign["cm_external_id"] in [str(one["id"]) for one in sandbox.control.campaigns()]
