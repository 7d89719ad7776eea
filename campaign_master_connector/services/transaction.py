"""Commit points and locks. Odoo's requests and tests own their transaction; syncs own theirs.

A sync commits before it talks to the server, so that no row stays locked during a call and
nothing that was sent is unknown here, and again with each answer.
"""

import logging
import time
from contextlib import contextmanager

import psycopg2.errors
from odoo import modules
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

ATTEMPTS = 5
# Somebody else changed the same rows in the same moment.
COLLISIONS = (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected)
# The first key of our advisory locks; it keeps them apart from other addons' ones.
ACCOUNT_LOCK_CLASS = 0x434D00
CAMPAIGN_LOCK_CLASSES = {
    "sync": 0x434D01,
    "recipients": 0x434D01,
    "campaign_statistics": 0x434D02,
    "recipient_statistics": 0x434D03,
}


def in_test():
    """Whether a test owns the transaction: it is rolled back at the end, so never committed."""
    return modules.module.current_test


def commit(env):
    """Make everything so far durable and go on with a new snapshot."""
    if in_test():
        env.flush_all()
    else:
        env.cr.commit()


def rollback(env):
    """Drop what was not committed, also from the cache."""
    if not in_test():
        env.cr.rollback()
    env.invalidate_all(flush=False)


def write_durably(env, write):
    """Call ``write()`` and commit; on a concurrent update again with a new snapshot.

    ``write`` must depend on its arguments alone, since what it reads can change in between.

    :raises psycopg2.errors.SerializationFailure: when somebody else was faster each time
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result = write()
            commit(env)
            return result
        except COLLISIONS:
            rollback(env)
            if in_test() or attempt == ATTEMPTS:
                raise
            _logger.info("Concurrent update, writing again (%s of %s)", attempt + 1, ATTEMPTS)


def campaign_lock(campaign, purpose):
    """Hold the right to work on ``campaign`` as long as the block runs; yields whether it was had.

    :param purpose: a kind of run; the click and the schedule exclude each other
    """
    return _lock(CAMPAIGN_LOCK_CLASSES[purpose], campaign)


def account_lock(account):
    """The same for refreshing the account's lists and templates."""
    return _lock(ACCOUNT_LOCK_CLASS, account)


@contextmanager
def _lock(lock_class, record):
    """It is the session's, not the transaction's: commits in between don't give it back, and
    PostgreSQL gives it back by itself when the process dies.
    """
    cr = record.env.cr
    key = SQL("%s, %s", lock_class, record.id)
    cr.execute(SQL("SELECT pg_try_advisory_lock(%s)", key))
    [locked] = cr.fetchone()
    if not locked:
        yield False
        return
    try:
        # What the one before us committed shows only in a new snapshot.
        commit(record.env)
        record.env.invalidate_all()
        yield True
    except BaseException:
        # A failed transaction takes no statement, also not the one that gives the lock back.
        rollback(record.env)
        raise
    finally:
        cr.execute(SQL("SELECT pg_advisory_unlock(%s)", key))


def commit_progress(env, processed, remaining):
    """Commit and tell the running schedule how far it is.

    :return: seconds that are left of this run; 0 when the worker is to be given back
    """
    left = float("inf")
    if in_test():
        env.flush_all()
    else:
        left = env["ir.cron"]._commit_progress(processed, remaining=remaining)
    return max(0, min(left, seconds_left(env)))


def seconds_left(env):
    """Seconds that the running schedule or job may go on; without end where none is running."""
    return env.context.get("cron_end_time", float("inf")) - time.monotonic()


def without_jit(env):
    """Until the commit: PostgreSQL would take longer to compile our statements than to run them."""
    env.cr.execute(SQL("SET LOCAL jit = off"))
