"""Sentences in the language of who reads them."""

from odoo.tools.misc import formatLang
from odoo.tools.translate import get_translation

from ..campaign_master_api import Sentence

MODULE = "campaign_master_connector"


def sentence_of(env, error):
    """What ``error`` of the wire package says, in the language of ``env``: a plain string."""
    return _translated(env.lang or "en_US", getattr(error, "sentence", str(error)))


def _translated(lang, sentence):
    if not isinstance(sentence, Sentence):
        return str(sentence)
    values = {name: _translated(lang, value) for name, value in sentence.values.items()}
    return str(get_translation(MODULE, lang, sentence.template, values))


def number_for(env, number):
    """A whole number with the thousands separator of the language of ``env``."""
    return formatLang(env, number, digits=0)


def in_the_readers_language(account, campaigns):
    """Both, so that what a schedule stores of them is in the language of their company.

    A person's own run keeps the language of that person.
    """
    installed = {code for code, _name in account.env["res.lang"].get_installed()}
    wanted = (account.env.context.get("lang"), account.company_id.partner_id.lang, "en_US")
    # One that was deactivated is still the language of those who had it, and can't be spoken.
    lang = next((code for code in wanted if code in installed), None)
    return account.with_context(lang=lang), campaigns.with_context(lang=lang)
