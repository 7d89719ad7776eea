"""Moments as Odoo stores them (naive, UTC), as the wire has them (aware), as people read them."""

from datetime import UTC

from odoo.tools import format_datetime
from odoo.tools.misc import babel_locale_parse, get_lang, posix_to_ldml


def aware(moment):
    """A stored date-time with its time zone, UTC; nothing stays nothing."""
    return moment.replace(tzinfo=UTC) if moment else None


def naive(moment):
    """An aware date-time as Odoo stores it: in UTC and in whole seconds; nothing stays nothing."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0) if moment else None


def moment_for(env, moment):
    """A stored date-time as the user of ``env`` reads it: a text for a sentence.

    In the user's time zone and the formats of the user's language, to the minute. What is stored
    for several readers must do without: each of them has a time zone of his own.
    """
    lang = get_lang(env)
    posix = f"{lang.date_format} {lang.time_format.replace(':%S', '')}"
    pattern = posix_to_ldml(posix, locale=babel_locale_parse(lang.code))
    return format_datetime(env, moment, dt_format=pattern)
