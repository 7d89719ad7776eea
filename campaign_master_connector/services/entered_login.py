"""Testing a login that somebody entered, before it is stored."""

from ..campaign_master_api import (
    Credentials,
    InvalidApiUrl,
    check_api_version,
    normalize_api_url,
)
from .account_session import problem_with_login
from .sentences import sentence_of

LOGIN_FIELDS = ("username", "client_id", "api_url", "api_version")
SECRETS = ("password", "client_secret")


def is_stored(account, entered):
    """Whether ``account`` has all of ``entered`` already: {name of a field: text}."""
    if not account or any(entered[name] for name in SECRETS):
        return False
    return all(entered[name] == (account[name] or "") for name in LOGIN_FIELDS)


def outcome_of(account, entered):
    """Log in with what was entered; of what wasn't, secrets alone are the account's own.

    :param account: the company's; one that isn't stored where the company has none
    :param entered: {name in ``LOGIN_FIELDS`` and ``SECRETS``: text}
    :return: (what is wrong, as a sentence, else empty; `RateLimit` or None)
    """
    try:
        api_url = normalize_api_url(entered["api_url"])
        api_version = check_api_version(entered["api_version"])
    except InvalidApiUrl as error:
        return sentence_of(account.env, error), None
    own = [name for name in SECRETS if not _is_entered_or_removed(name, account, entered)]
    withheld = any(account._is_withheld(name, api_url) for name in own)
    secrets = {name: entered[name] for name in SECRETS}
    secrets |= {name: account._secret(name) for name in own}
    if withheld:
        secrets = dict.fromkeys(SECRETS, "")
    credentials = Credentials(
        username=entered["username"],
        password=secrets["password"] or "",
        client_id=entered["client_id"],
        client_secret=secrets["client_secret"] or "",
    )
    problem, limit = problem_with_login(account._origin, (api_url, api_version, credentials))
    return problem or (account._withheld_sentence(api_url) if withheld else ""), limit


def _is_entered_or_removed(name, account, entered):
    """A client secret is removed with its client ID."""
    removed = name == "client_secret" and account.client_id and not entered["client_id"]
    return bool(entered[name] or removed)
