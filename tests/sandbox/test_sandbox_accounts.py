"""Logging in, and what one account knows of another: nothing."""

from __future__ import annotations

import pytest
from sandbox_support import Api, campaign_fields, error_of

from sandbox.testing import SandboxProcess


def test_authenticate_gives_another_token_each_time(sandbox: SandboxProcess) -> None:
    first, second = Api(sandbox.url).log_in(), Api(sandbox.url).log_in()
    assert first.token != second.token
    assert first.get("/lists").status_code == second.get("/lists").status_code == 200


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"username": "demo", "password": "wrong"}, (401, "invalid_credentials", None)),
        ({"username": "nobody", "password": "demo"}, (401, "invalid_credentials", None)),
        ({"username": "demo"}, (400, "validation", "password")),
        ({"password": "demo"}, (400, "validation", "username")),
    ],
)
def test_authenticate_refuses(
    sandbox: SandboxProcess, headers: dict[str, str], expected: tuple[int, str, str | None]
) -> None:
    assert error_of(Api(sandbox.url).authenticate(**headers)) == expected


def test_client_id_and_secret_count_where_the_account_has_them(sandbox: SandboxProcess) -> None:
    sandbox.control.create_account("secured", "word", client_id="id-1", client_secret="secret-1")
    login = {"username": "secured", "password": "word"}
    api = Api(sandbox.url)
    assert error_of(api.authenticate(**login))[1] == "invalid_credentials"
    wrong = api.authenticate(**login, client_id="id-1", client_secret="secret-2")
    assert error_of(wrong) == (401, "invalid_credentials", "client_secret")
    right = api.authenticate(**login, client_id="id-1", client_secret="secret-1")
    assert right.status_code == 200


def test_a_password_may_have_any_letters(sandbox: SandboxProcess) -> None:
    sandbox.control.create_account("letters", "pässwörd-密")
    answer = Api(sandbox.url).session.post(
        f"{sandbox.url}/api/v1/authenticate",
        headers={"username": b"letters", "password": "pässwörd-密".encode()},
        timeout=20,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer unknown", "Basic ZGVtbzpkZW1v"])
def test_without_a_valid_token_nothing_is_answered(
    sandbox: SandboxProcess, authorization: str
) -> None:
    answer = Api(sandbox.url).call("GET", "/lists", headers={"Authorization": authorization})
    assert error_of(answer) == (401, "token_invalid", None)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_accounts_see_nothing_of_each_other(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.create_account("second", "word")
    other = Api(sandbox.url, "second", "word").log_in()
    own_list = sandbox.control.create_list("Own", account="second")
    own_template = sandbox.control.create_template("Own", account="second")
    sandbox.control.register_sender("news@example.com", account="second")
    campaign_id = other.create_campaign(templateId=own_template)
    assert [item["id"] for item in other.document("/lists")["lists"]] == [own_list]
    assert [item["id"] for item in other.document("/templates")["templates"]] == [own_template]
    assert own_list not in [item["id"] for item in api.document("/lists")["lists"]]
    assert api.document("/campaigns", externalId="reference-1")["campaigns"] == []
    for path in (f"/campaigns/{campaign_id}", f"/campaigns/{campaign_id}/statistics"):
        assert error_of(api.get(path))[1] == "not_found"
    body = {"recipients": [{"email": "a@example.com"}]}
    assert api.call("POST", f"/lists/{own_list}/recipients", json=body).status_code == 404
    foreign = campaign_fields(templateId=own_template)
    assert error_of(api.call("POST", "/campaigns", json=foreign)) == (
        400, "validation", "templateId",
    )  # fmt: skip
    sandbox.control.suppress(["a@example.com"])
    assert other.add(own_list, ["a@example.com"]) == ["added"]
