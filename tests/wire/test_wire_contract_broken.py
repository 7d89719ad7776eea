"""A contract that is incomplete or contradicts itself is refused with each line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from campaign_master_api import ContractError
from campaign_master_api.contract import load
from wire_contract import SOURCE, changed

# What HTTP itself has, and what an address can do without.
SOURCE_BASE = {"retry_after": "/api/{version}", "api_version": "/api/v1"}
FIGURE = (
    "        totalOpens: {x-means: total_opens, type: integer, minimum: 0}\n        uniqueOpens"
)
BROKEN: dict[str, tuple[str, str, str, str]] = {
    "no meaning": (
        FIGURE,
        FIGURE.replace("x-means: total_opens, ", ""),
        "CampaignStatistics:\n",
        "total_opens",
    ),
    "a wrong meaning": (
        FIGURE,
        FIGURE.replace("total_opens", "totl_opens"),
        "totl_opens",
        "is `total_opens` meant",
    ),
    "a meaning twice": (
        FIGURE,
        FIGURE.replace("total_opens", "hard_bounces"),
        "totalOpens: {x-means: hard",
        "both mean hard_bounces",
    ),
    "a wrong type": (
        FIGURE,
        FIGURE.replace("integer", "boolean"),
        "totalOpens: {x-means: total_opens, type: boolean",
        "its type must be",
    ),
    "no type": (
        FIGURE,
        FIGURE.replace("integer", "int"),
        "type: int,",
        "`type: int` is no JSON type",
    ),
    "required, not there": (
        "required: [id, name]\n"
        "      properties: {id: {x-means: id, type: integer}, name: {x-means: name, "
        "type: string}, recipientCount",
        "required: [id, nam]\n"
        "      properties: {id: {x-means: id, type: integer}, name: {x-means: name, "
        "type: string}, recipientCount",
        "required: [id, nam]",
        "`nam` is required",
    ),
    "a word too few": (
        "sending: sending, sent: sent}",
        "sending: sending}",
        "enum: [draft",
        "what `sent` means is not said",
    ),
    "a word too many": (
        "sending: sending, sent: sent}",
        "sending: sending, sent: sent, gone: sent}",
        "gone: sent",
        "`gone` is not in `enum`",
    ),
    "a wrong word": ("invalid: invalid}", "invalid: invald}", "invald", "is `invalid` meant"),
    "no words": (
        "      x-means-values: {draft: draft, scheduled: scheduled, sending: "
        "sending, sent: sent}\n",
        "",
        "CampaignStatus:",
        "x-means-values",
    ),
    "a code missing": (
        "                monthly_limit: monthly_limit\n",
        "",
        "x-means: code",
        "monthly_limit",
    ),
    "a dangling reference": (
        'items: {$ref: "#/components/schemas/List"}',
        'items: {$ref: "#/components/schemas/Lst"}',
        "schemas/Lst",
        "names nothing",
    ),
    "a reference to itself": (
        "    CampaignStatus:\n",
        '    CampaignStatus: {$ref: "#/components/schemas/CampaignStatus"}\n    Other:\n',
        "CampaignStatus: {$ref",
        "itself",
    ),
    "a path without its parameter": (
        "  /lists/{listId}/recipients:",
        "  /lists/recipients:",
        "addListRecipients",
        "has no {listId}",
    ),
    "a path that says more": (
        "  /lists/{listId}/recipients:",
        "  /lists/{listId}/{what}/recipients:",
        "addListRecipients",
        "{what}",
    ),
    "a path of another host": (
        "  /templates:",
        "  //evil.example/templates?x:",
        "//evil",
        "is no path",
    ),
    "two ways that are one": (
        "  /campaigns/{campaignId}/statistics:",
        "  /campaigns/{other}:\n    get: {}\n  /campaigns/{campaignId}/statistics:",
        "/campaigns/{other}",
        "told apart",
    ),
    "an operation missing": ("      x-means: list_templates\n", "", "paths:", "list_templates"),
    "an operation twice": (
        "x-means: list_templates",
        "x-means: list_lists",
        "operationId: listTemplates",
        "another operation means list_lists",
    ),
    "a parameter missing": (
        "{x-means: external_id, name: externalId, in: query, required: false",
        "{name: externalId, in: query, required: false",
        "operationId: listCampaigns",
        "external_id",
    ),
    "a parameter elsewhere": (
        "{x-means: list_id, name: listId, in: path",
        "{x-means: list_id, name: listId, in: query",
        "listId, in: query",
        "can't be in the query",
    ),
    "a parameter that nobody fills": (
        "{x-means: client_id, name: client_id, in: header, required: false",
        "{name: tenant, in: header, required: true",
        "tenant",
        "nothing says what to send",
    ),
    "credentials in the query": (
        "{x-means: password, name: password, in: header",
        "{x-means: password, name: password, in: query",
        "in: query, required: true",
        "can't be in the query",
    ),
    "a header that cannot be": (
        "name: username, in: header",
        "name: 'user name', in: header",
        "'user name'",
        "no possible name of a header",
    ),
    "a size that cannot be": (
        "minimum: 1, maximum: 1000",
        "minimum: 10, maximum: 5",
        "maximum: 5",
        "below its minimum",
    ),
    "a number that is none": ("maxItems: 1000", "maxItems: many", "maxItems: many", "whole number"),
    "a batch that cannot be": (
        "minItems: 1\n                  maxItems: 1000",
        "minItems: 9\n                  maxItems: 3",
        "maxItems: 3",
        "below `minItems`",
    ),
    "a reference too short": (
        "maxLength: 64",
        "maxLength: 20",
        "operationId: createCampaign",
        "may have 20 characters",
    ),
    "no rows": (
        "properties: {lists: {x-means: rows, ",
        "properties: {lists: {",
        "                allOf:\n",
        "rows",
    ),
    "rows that are no array": (
        'x-means: rows, type: array, items: {$ref: "#/components/schemas/List"}',
        'x-means: rows, type: object, items: {$ref: "#/components/schemas/List"}',
        "x-means: rows, type: object",
        "type must be array",
    ),
    "rows without items": (
        'type: array, items: {$ref: "#/components/schemas/List"}',
        "type: array",
        "required: [lists]",
        "`items` is missing",
    ),
    "a token in the query": (
        "      type: http\n      scheme: bearer\n",
        "      type: apiKey\n      in: query\n      name: key\n",
        "type: apiKey",
        "logs",
    ),
    "a token of another kind": ("scheme: bearer", "scheme: digest", "type: http", "can be sent"),
    "no token": (
        "    token:\n      x-means: token\n",
        "    token:\n",
        "    token:",
        "x-means: token",
    ),
    "a log-in with a token": (
        "      security: []\n",
        "",
        "operationId: authenticate",
        "can't be called with the token",
    ),
    "a call without a token": (
        "      operationId: listLists\n",
        "      operationId: listLists\n      security: []\n",
        "security: []\n      x-means: list_lists",
        "without the token",
    ),
    "a header missing": ("{x-means: rate_reset, ", "{", "headers:\n    x-rate", "rate_reset"),
    "a header of another meaning": (
        "x-means: rate_reset",
        "x-means: rate_limit",
        "  x-rate-limit-reset: {$ref",
        "both mean rate_limit",
    ),
    "no successful answer": (
        '        "201":',
        '        "301":',
        'responses:\n        "301"',
        "no successful answer",
    ),
    "another format": (
        "application/json: {schema: {type: object, required: [token]",
        "application/xml: {schema: {type: object, required: [token]",
        "application/xml",
        "only JSON",
    ),
    "no errors": (
        '      content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}\n',
        "",
        "paths:",
        "what an error looks like",
    ),
    "offered and not": (
        "    List:\n      type: object\n",
        "    List:\n      type: object\n      x-not-offered: [name]\n",
        "x-not-offered: [name]",
        "offered all the same",
    ),
    "not offered, essential": (
        "properties: {id: {x-means: id, type: integer}, name: {x-means: name, type: "
        "string}, recipientCount",
        "x-not-offered: [id]\n"
        "      properties: {id: {type: integer}, name: {x-means: name, type: "
        "string}, recipientCount",
        "x-not-offered: [id]",
        "can't work",
    ),
    "no address": (
        'url: "{apiUrl}/api/{apiVersion}"',
        'url: "https://elsewhere.example/api"',
        "elsewhere",
        "begins with the variable",
    ),
    "a key twice": (
        "  /templates:\n",
        "  /lists:\n",
        "  /lists:\n    get:\n      operationId: listTemplates",
        "a second time",
    ),
    "no YAML": ("servers:\n", "servers: {\n", "", "YAML"),
    "no document": (SOURCE, "- a\n- b\n", "", "OpenAPI document"),
    "nothing at all": (SOURCE, "", "", "OpenAPI document"),
    "nothing in it": (SOURCE, "{}", "", "`paths` is missing"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_contract_is_refused_with_the_line(tmp_path: Path, name: str) -> None:
    old, new, at, words = BROKEN[name]
    path = changed(tmp_path, old, new)
    with pytest.raises(ContractError) as caught:
        load(path)
    [problem, *_] = [one for one in caught.value.problems if words in one] or [""]
    assert problem, caught.value.problems
    assert problem.startswith(f"{path}, line ")
    text = path.read_text(encoding="utf-8")
    if at:
        start = text[: text.index(at)].count("\n") + 1
        line = int(problem.removeprefix(f"{path}, line ").partition(":")[0])
        assert start - 1 <= line <= start + 2, f"{problem} / {start}"
    assert problem in str(caught.value)


@pytest.mark.parametrize("number", range(len(re.findall(r"x-means: \w+", SOURCE))))
def test_no_meaning_can_be_left_out(tmp_path: Path, number: int) -> None:
    found = list(re.finditer(r"x-means: (\w+)(, |$)?", SOURCE, re.MULTILINE))[number]
    rest = SOURCE[found.end() :]
    replaced = SOURCE[: found.start()] + ("x-was: y" + (found[2] or "")) + rest
    path = tmp_path / "changed.yaml"
    path.write_text(replaced, encoding="utf-8")
    if found[1] in ("retry_after", "api_version"):
        assert load(path).headers["retry_after"] == "Retry-After"
        assert load(path).base_path == SOURCE_BASE[found[1]]
        return
    with pytest.raises(ContractError) as caught:
        load(path)
    assert any(f"{found[1]}" in one for one in caught.value.problems)
    assert all(re.search(r", line [1-9][0-9]*: ", one) for one in caught.value.problems)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"none\.yaml can't be read"):
        load(tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContractError, match="can't be read"):
        load(binary)


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(50)),
        "paths: &p {/x: *p}\n",
        "[" * 5000,
        "a: " + "{b: " * 200 + "1" + "}" * 200,
        "!!python/object/apply:os.system ['true']\n",
        "x: &x\n  allOf: [*x]\npaths: *x\n",
    ],
)
def test_a_hostile_file_is_refused(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(bomb, encoding="utf-8")
    with pytest.raises(ContractError):
        load(path)
