"""What may stand in the API address, and what becomes of it."""

from __future__ import annotations

import pytest
from campaign_master_api import (
    CampaignMasterClient,
    CampaignMasterError,
    Credentials,
    InvalidApiUrl,
    api_origin,
    normalize_api_url,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("  https://api.example.com/  ", "https://api.example.com"),
        ("\thttps://api.example.com///\r\n", "https://api.example.com"),
        ("api.example.com", "https://api.example.com"),
        ("api.example.com:8443/", "https://api.example.com:8443"),
        ("HTTPS://API.Example.COM", "https://api.example.com"),
        ("https://api.example.com/api/v1", "https://api.example.com"),
        ("https://api.example.com/api/v1/", "https://api.example.com"),
        ("api.example.com/API/V2.1", "https://api.example.com"),
        ("https://api.example.com/mail/api/v12", "https://api.example.com/mail"),
        ("https://api.example.com/mail", "https://api.example.com/mail"),
        ("https://api.example.com/api/verbs", "https://api.example.com/api/verbs"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example:8443/api/v1", "https://xn--bcher-kva.example:8443"),
        ("http://localhost:8069", "http://localhost:8069"),
        ("http://127.0.0.1:8000/api/v1", "http://127.0.0.1:8000"),
        ("http://127.8.9.10", "http://127.8.9.10"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("https://192.0.2.7", "https://192.0.2.7"),
    ],
)
def test_an_address_becomes_the_form_that_is_called(text: str, url: str) -> None:
    assert normalize_api_url(text) == url
    assert normalize_api_url(url) == url


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("http://api.example.com", "http://"),
        ("http://127.0.0.1.example.com", "http://"),
        ("http://localhost.example.com", "http://"),
        ("http://2130706433", "http://"),
        ("http://[::ffff:127.0.0.1]", "http://"),
        ("http://0.0.0.0", "http://"),
        ("ftp://api.example.com", "https://"),
        ("file:///etc/passwd", "host"),
        ("javascript://api.example.com", "https://"),
        ("https://me:secret-17@api.example.com", "username"),
        ("me@example.com", "username"),
        ("http://localhost@api.example.com", "username"),
        ("https://api.example.com?key=secret-17", "question mark"),
        ("https://api.example.com/#secret-17", "number sign"),
        ("https://", "host"),
        ("https:///api/v1", "host"),
        ("https://api.example.com:port", "host"),
        ("https://api.example.com:0", "host"),
        ("https://api.example.com:70000", "host"),
        ("https://[::1", "host"),
        ("https://api example.com", "space"),
        ("https://api.example.com/\r\nX-Header: 1", "space"),
        ("https://api.example.com\\@example.org", "character"),
        ("https://api.example.com/<script>", "character"),
        ("https://api.example.com/\x00", "character"),
        ("https://" + "a" * 64 + "é.example.com", "host"),
        ("https://é..example.com", "host"),
        ("https://api..example.com", "host"),
        ("https://.example.com", "host"),
    ],
)
def test_an_address_that_must_not_be_called_is_refused_in_a_sentence(text: str, word: str) -> None:
    with pytest.raises(InvalidApiUrl) as caught:
        normalize_api_url(text)
    assert word in caught.value.sentence
    assert caught.value.sentence.endswith((".", ")"))
    assert "secret-17" not in caught.value.sentence
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("version", ["", "..", ".", "v1/lists", "v 1", "v1?x", "v" * 33, "é"])
def test_a_version_that_would_change_the_address_is_refused(version: str) -> None:
    with pytest.raises(InvalidApiUrl):
        CampaignMasterClient("https://api.example.com", Credentials("a", "b"), api_version=version)


@given(st.text(max_size=60))
def test_any_text_becomes_a_stable_address_or_an_error(text: str) -> None:
    try:
        url = normalize_api_url(text)
    except CampaignMasterError:
        return
    assert normalize_api_url(url) == url
    assert url.startswith(("https://", "http://localhost", "http://127.", "http://[::1]"))


@given(st.text(alphabet="htps:/@?#[].\\%1aé-_ ", max_size=40))
def test_texts_made_of_an_addresss_own_characters_too(text: str) -> None:
    test_any_text_becomes_a_stable_address_or_an_error.hypothesis.inner_test(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://API.example.com/campaigns/api/v1/", "https://api.example.com"),
        ("api.example.com:8443", "https://api.example.com:8443"),
        ("http://127.0.0.1:8025", "http://127.0.0.1:8025"),
        ("https://localhost:443/path", "https://localhost"),
        ("http://[::1]:9", "http://[::1]:9"),
        ("https://127.0.0.1.example.com", "https://127.0.0.1.example.com"),
        ("http://api.example.com", ""),
        ("", ""),
    ],
)
def test_an_origin_says_whom_an_address_names(text: str, origin: str) -> None:
    assert api_origin(text) == origin
