"""What can go wrong with a call, as sentences for the person who reads them.

They are in English here; a program with translations can say them in its own.

No sentence holds a password, a token, an e-mail address or the raw text of an answer, so each
may be shown, stored and logged.
"""

from __future__ import annotations

from datetime import datetime


class Sentence(str):
    """A sentence with its values filled in; `template` and `values` are for translations."""

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Sentence:
        """`template` names its values as `%(name)s`."""
        sentence = super().__new__(cls, template % values if values else template)
        sentence.template = template
        sentence.values = values
        return sentence


# By this name collectors of texts find the templates.
_ = Sentence


class CampaignMasterError(Exception):
    """A call to Campaign Master did not succeed.

    `sentence` says what happened and what to do; `str(error)` is the same. `outcome_unknown` is
    True where the request may have been carried out although no usable answer came. `status` is
    the HTTP status of the answer that it came of, 0 where none came; `server_message` are the
    server's own words without tags, control characters, addresses and secrets, of at most 300
    characters, empty where it had none.
    """

    def __init__(
        self,
        sentence: str,
        *,
        outcome_unknown: bool = False,
        status: int = 0,
        server_message: str = "",
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.outcome_unknown = outcome_unknown
        self.status = status
        self.server_message = server_message

    def __str__(self) -> str:
        return self.sentence


class InvalidApiUrl(CampaignMasterError):
    """The API address or the API version cannot be used; nothing was sent."""


class ConnectionFailed(CampaignMasterError):
    """No connection came about, or it broke before the answer was complete."""


class HostNotFound(ConnectionFailed):
    """The name of the host has no address; nothing was sent."""


class NoAnswer(ConnectionFailed):
    """A time-out passed: while connecting (outcome known) or while waiting (outcome unknown)."""


class CertificateNotTrusted(ConnectionFailed):
    """The server's certificate is not trusted; nothing was sent."""


class RedirectRefused(CampaignMasterError):
    """The server answered with a redirect, which is never followed."""


class NotCampaignMaster(CampaignMasterError):
    """Something answered that does not speak Campaign Master's API, such as a web page."""


class InvalidAnswer(CampaignMasterError):
    """The answer is broken, or lacks what it is for."""


class SeveralCampaigns(InvalidAnswer):
    """More than one campaign carries the external id that was asked for."""


class TooManyRows(InvalidAnswer):
    """An answer in pages has more rows, or more bytes, than an account or a campaign can have."""


class CredentialsRefused(CampaignMasterError):
    """The username, password, client id or client secret cannot be used to log in."""


class TokenRefused(CampaignMasterError):
    """The token was refused, also right after a fresh log-in."""


class NotFound(CampaignMasterError):
    """What the request names is not, or no longer, in Campaign Master."""


class RequestRefused(CampaignMasterError):
    """Campaign Master refused the request for what is in it.

    `code` is one of the contract's codes by our names, or empty; `field` the key that was refused,
    or empty.
    """

    def __init__(
        self,
        sentence: str,
        *,
        code: str = "",
        field: str = "",
        status: int = 400,
        server_message: str = "",
    ) -> None:
        super().__init__(sentence, status=status, server_message=server_message)
        self.code = code
        self.field = field


class AccountRefused(CampaignMasterError):
    """Campaign Master refused for a reason of the account, the plan, the list or itself.

    What was sent is not at fault: the same may pass later. `code` as in RequestRefused.
    """

    def __init__(
        self, sentence: str, *, code: str = "", status: int = 403, server_message: str = ""
    ) -> None:
        super().__init__(sentence, status=status, server_message=server_message)
        self.code = code


class BatchTooLarge(AccountRefused):
    """The request is larger than Campaign Master, or a proxy before it, takes."""


class RateLimitReached(CampaignMasterError):
    """The hourly (or, with `monthly`, the monthly) number of calls is used up.

    `reset_at` (UTC) is when the server will answer again; None where it does not say so. The
    sentence leaves it out: who reads it has a time zone of his own.
    """

    def __init__(
        self,
        sentence: str,
        *,
        reset_at: datetime | None = None,
        monthly: bool = False,
        status: int = 429,
        server_message: str = "",
    ) -> None:
        super().__init__(sentence, status=status, server_message=server_message)
        self.reset_at = reset_at
        self.monthly = monthly


class ServerFailed(CampaignMasterError):
    """Campaign Master, or a proxy before it, failed with the HTTP `status` (5xx).

    `retry_after` are the seconds that the server asks to wait, None where it does not ask.
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int = 500,
        retry_after: float | None = None,
        server_message: str = "",
    ) -> None:
        super().__init__(
            sentence, outcome_unknown=True, status=status, server_message=server_message
        )
        self.retry_after = retry_after


_ABOUT_ONE_OR_ALL = frozenset({403, 409})


def may_hit_one_recipient(error: CampaignMasterError) -> bool:
    """Whether one recipient of a batch can be why the call failed, so that halving finds him.

    A server may fail on one address, and a firewall may not let one through.
    """
    if isinstance(error, AccountRefused):
        return error.status in _ABOUT_ONE_OR_ALL and not isinstance(error, BatchTooLarge)
    if isinstance(error, NotCampaignMaster):
        return 400 <= error.status < 500
    return isinstance(error, (RequestRefused, ServerFailed, InvalidAnswer))
