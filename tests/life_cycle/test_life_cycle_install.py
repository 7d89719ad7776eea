"""It installs without a word of complaint, beside what a customer has, and its tests pass there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from copies import MakeDatabase

from tools import databases, matrix, odoo_log, places, postgres

TESTS = places.ADDON / "tests"
# A few of each kind; `make matrix` runs all of them in each kind of database.
SOME = ("TestCampaignViews", "TestEngagement")


def test_the_install_logs_no_problem(template: str) -> None:
    assert odoo_log.problems(databases.install_log(template)) == []


def test_beside_a_customers_apps_and_demo_data_it_installs_and_its_tests_pass(
    server: postgres.Server, copy_of: MakeDatabase
) -> None:
    name = copy_of(databases.ensure_base(server, with_demo=True, is_customer=True))
    tags = ",".join(f"/{databases.ADDON}:{one}" for one in SOME)

    row = matrix.run(
        server, name, "some tests in make test", ["-i", databases.ADDON, "--test-tags", tags]
    )

    assert row.problems == []
    assert row.result and row.result.is_green
    assert row.result.tests >= 3 * len(SOME)


def test_odoos_runner_knows_every_test_file() -> None:
    listed = re.findall(r"^ +(test_\w+),$", (TESTS / "__init__.py").read_text(), re.MULTILINE)
    assert listed == sorted(path.stem for path in TESTS.glob("test_*.py"))


LOG = """\
2026-01-01 00:00:00,000 7 INFO db odoo.modules.loading: loading 51 modules...
2026-01-01 00:00:00,000 7 {level} db odoo.addons.campaign_master_connector: {said}
2026-01-01 00:00:00,000 7 INFO db odoo.modules.loading: Modules loaded.
"""


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("WARNING", "Two fields (a, b) of x() have the same label"),
        ("ERROR", "bad query: UPDATE"),
        ("CRITICAL", "Failed to initialize database"),
        ("INFO", "Something\nTraceback (most recent call last):\n  File x"),
        ("INFO", "x.py:3: DeprecationWarning: use y"),
    ],
)
def test_the_check_of_the_log_sees(level: str, said: str, tmp_path: Path) -> None:
    log = tmp_path / "odoo.log"
    log.write_text(LOG.format(level=level, said=said))
    assert [problem.partition(": ")[2] for problem in odoo_log.problems(log)] == [said]


def test_a_quiet_log_has_no_problem(tmp_path: Path) -> None:
    log = tmp_path / "odoo.log"
    log.write_text(LOG.format(level="INFO", said="0 failed, 0 error(s) of 0 tests"))
    assert odoo_log.problems(log) == []
