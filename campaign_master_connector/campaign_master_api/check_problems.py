"""What went wrong with a call, as the API check says it."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import (
    AccountRefused,
    CampaignMasterError,
    CertificateNotTrusted,
    ConnectionFailed,
    CredentialsRefused,
    HostNotFound,
    InvalidAnswer,
    NoAnswer,
    NotCampaignMaster,
    NotFound,
    RateLimitReached,
    RedirectRefused,
    RequestRefused,
    Sentence,
    ServerFailed,
    TokenRefused,
)

_PROBLEMS: Sequence[tuple[type[CampaignMasterError], str]] = (
    (CredentialsRefused, "the user name or password was refused"),
    (TokenRefused, "the token was refused right after the log-in"),
    (NotFound, "it was not found"),
    (RedirectRefused, "the answer was a redirect; enter the final address"),
    (NotCampaignMaster, "what answered doesn't speak as Campaign Master does"),
    (RateLimitReached, "the calls that Campaign Master allows are used up"),
    (AccountRefused, "it was refused for a reason of the account, the plan or the list"),
    (RequestRefused, "the request was refused"),
    (ServerFailed, "the server failed"),
    (HostNotFound, "the host of the address was not found"),
    (CertificateNotTrusted, "the certificate of the server is not trusted"),
    (NoAnswer, "no answer came in time"),
    (ConnectionFailed, "no connection came about, or it broke"),
)


def problem_of(error: CampaignMasterError) -> str:
    """What went wrong in words of this package alone: the server's own may name somebody."""
    if isinstance(error, InvalidAnswer):
        sentence = error.sentence
        told = sentence.values.get("problem") if isinstance(sentence, Sentence) else None
        return f"the answer can't be used: {told}" if told else "the answer can't be used"
    text = next(
        (text for kind, text in _PROBLEMS if isinstance(error, kind)), "it could not be called"
    )
    code = getattr(error, "code", "")
    details = [part for part in (code, f"status {error.status}" if error.status else "") if part]
    return f"{text} ({', '.join(details)})" if details else text
