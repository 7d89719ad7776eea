"""Digests of addresses that are counted and not kept.

With a key of this database: who has a copy of the table alone can't try addresses out on it.
"""

from odoo.tools import SQL, hmac

BLOCK = 64
SCOPE = "campaign_master_unknown_address"


def digest_of(env, address):
    """`SQL` of the digest of the `SQL` expression ``address``: 64 hexadecimal digits."""
    return of_unkeyed(env, SQL("MD5(%s)", address))


def of_unkeyed(env, unkeyed):
    """HMAC-SHA256 of the MD5 of an address, which is all that earlier versions kept of it."""
    key = hmac(env(su=True), SCOPE, "key").encode()[:BLOCK].ljust(BLOCK, b"\0")
    return SQL(
        "ENCODE(SHA256(%(outer)s || SHA256(%(inner)s || CONVERT_TO(%(message)s, 'UTF8'))), 'hex')",
        outer=bytes(byte ^ 0x5C for byte in key),
        inner=bytes(byte ^ 0x36 for byte in key),
        message=unkeyed,
    )
