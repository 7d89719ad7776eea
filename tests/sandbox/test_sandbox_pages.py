"""The web pages: they show what is there, do what they offer, and run nobody's script."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import requests
from sandbox_support import Api, people

from sandbox.testing import SandboxProcess

PAGES = (
    "/campaigns", "/lists", "/templates", "/templates/new", "/suppressions", "/calls", "/faults",
    "/oddities", "/settings",
)  # fmt: skip
NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"


class Outline(HTMLParser):
    """The tags and attributes of a page; checks that each closed tag was the open one."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "hr"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


class Browser:
    """A person's browser: keeps cookies, follows forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def page(self, path: str, status: int = 200) -> str:
        """A page that must be sound."""
        answer = self.session.get(f"{self.url}{path}", timeout=20)
        assert answer.status_code == status, answer.text[:500]
        return self._sound(answer)

    def send(self, path: str, page: str = "/campaigns", **fields: object) -> str:
        """Submit a form of a page; the page that follows."""
        answer = self.session.post(
            f"{self.url}{path}", data=fields, timeout=60,
            headers={"Referer": f"{self.url}{page}", "Origin": self.url},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text[:500]
        return self._sound(answer)

    @staticmethod
    def _sound(answer: requests.Response) -> str:
        outline = Outline(answer.text)
        for tag, attributes in outline.tags:
            assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
            assert "style" not in attributes, "the policy forbids styles in the page"
            if tag == "script":
                assert attributes == {"src": "/static/page.js", "defer": None}
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        return answer.text


@pytest.fixture
def browser(sandbox: SandboxProcess) -> Browser:
    """A browser on the sandbox."""
    return Browser(sandbox.url)


@pytest.mark.parametrize("empty", [True, False])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_renders(
    sandbox: SandboxProcess, browser: Browser, path: str, empty: bool
) -> None:
    if empty:
        sandbox.control.reset(empty=True)
    page = browser.page(path)
    title = re.search("<title>(.*)</title>", page)
    assert title and title[1].endswith("Campaign Master sandbox")
    assert "nothing is ever mailed" in page


def test_the_first_page_is_that_of_the_campaigns(browser: Browser) -> None:
    assert "No campaigns yet" in browser.page("/")


@pytest.mark.parametrize("path", ["/nowhere", "/campaigns/999", "/lists/999", "/templates/999"])
def test_what_is_not_there_is_said_in_the_frame(browser: Browser, path: str) -> None:
    page = browser.page(path, status=404)
    assert "That didn't work" in page and "There is no" in page


@pytest.mark.parametrize("name", ["style.css", "page.js", "icon.svg"])
def test_nothing_comes_from_elsewhere(sandbox: SandboxProcess, name: str) -> None:
    answer = requests.get(f"{sandbox.url}/static/{name}", timeout=10)
    assert answer.status_code == 200
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", answer.text)


def test_whatever_is_in_a_name_is_only_text(
    sandbox: SandboxProcess, api: Api, browser: Browser, template_id: int
) -> None:
    list_id = sandbox.control.create_list(NASTY, people(3))
    own_template = sandbox.control.create_template(NASTY, NASTY, NASTY)
    campaign_id = api.create_campaign(
        templateId=own_template, name=NASTY, subject=NASTY, description=NASTY, fromName=NASTY,
        externalId=NASTY[:64],
    )  # fmt: skip
    sandbox.control.refuse("person@example.com", NASTY)
    sandbox.control.launch(
        campaign_id,
        list_id,
        rates={"open": 1.0, "unsubscribe": 1.0, "hard_bounce": 0.0, "soft_bounce": 0.0},
    )
    api.get("/lists", page=NASTY)
    api.get(f"/{NASTY}")
    sandbox.control.create_account(NASTY, "word")
    for path in (
        *PAGES, f"/campaigns/{campaign_id}", f"/lists/{list_id}", f"/templates/{own_template}",
        f"/campaigns/{campaign_id}/live", f"/lists/{list_id}?search={NASTY}",
        f"/calls?operation={NASTY}", f"/campaigns/{campaign_id}?search={NASTY}&activity={NASTY}",
    ):  # fmt: skip
        page = browser.page(path)
        assert "<script>alert" not in page and "<img src=x" not in page and "49" not in page[:2000]
    assert "&lt;script&gt;alert(1)" in browser.page(f"/campaigns/{campaign_id}")


def test_a_template_is_shown_only_in_a_sandbox(sandbox: SandboxProcess, browser: Browser) -> None:
    html = "<p>Hello</p><script>alert(1)</script>"
    template_id = sandbox.control.create_template("Mine", "", html)
    preview = requests.get(f"{sandbox.url}/templates/{template_id}/preview", timeout=10)
    assert preview.text == html
    policy = preview.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;") and "default-src 'none'" in policy
    assert "script-src" not in policy and "allow-scripts" not in policy
    frames = [
        attributes
        for path in (f"/templates/{template_id}", "/templates")
        for tag, attributes in Outline(browser.page(path)).tags
        if tag == "iframe"
    ]
    assert len(frames) >= 2
    assert all(attributes["sandbox"] == "" for attributes in frames)


def test_a_person_launches_a_campaign_and_sees_what_comes(
    sandbox: SandboxProcess, api: Api, browser: Browser, campaign_id: int
) -> None:
    list_id = sandbox.control.create_list("Everybody", people(120))
    path = f"/campaigns/{campaign_id}"
    assert "Everybody (120)" in browser.page(path)
    page = browser.send(f"{path}/launch", list=list_id, speed="at_once", seed=3)
    assert "Launched to 120 recipients." in page
    assert "<svg" in page and "Recipients" in page
    figures = api.document(f"{path}/statistics")
    assert f"{figures['uniqueOpens']} people, {figures['totalOpens']} times" in page
    assert "Launch</button>" not in page
    assert "data-refresh" not in page, "nothing is going to happen any more"
    found = browser.page(f"{path}?search=person-77%40")
    assert "person-77@example.com" in found and "person-78@example.com" not in found
    bounced = browser.page(f"{path}?activity=bounced")
    wanted = figures["hardBounces"] + figures["softBounces"]
    assert bounced.count("person-") == wanted
    assert "51 to 100" in browser.page(f"{path}?page=2")


def test_a_running_campaign_refreshes_itself(
    sandbox: SandboxProcess, browser: Browser, campaign_id: int
) -> None:
    sandbox.control.freeze_clock()
    list_id = sandbox.control.create_list("Everybody", people(60))
    path = f"/campaigns/{campaign_id}"
    assert "data-refresh" in browser.send(f"{path}/launch", list=list_id, speed="60", seed=1)
    assert "Scheduled" in browser.page(f"{path}/live")
    sandbox.control.advance_clock(minutes=2)
    assert "Sent" in browser.page(f"{path}/live")


def test_a_refused_form_says_why_on_its_own_page(
    browser: Browser, sandbox: SandboxProcess, campaign_id: int, list_id: int
) -> None:
    page = f"/campaigns/{campaign_id}"
    shown = browser.send(f"{page}/launch", page=page, list=list_id, speed="at_once", seed=1)
    assert "nobody who may be mailed" in shown and "What it says" in shown
    shown = browser.send(f"{page}/launch", page=page, list=list_id, speed="at_once", seed="x")
    assert "The seed must be a number" in shown
    assert "A list needs a name." in browser.send("/lists", page="/lists", name="  ")


def test_a_person_keeps_lists(sandbox: SandboxProcess, browser: Browser) -> None:
    page = browser.send("/lists", name="Friends")
    list_id = sandbox.control.account_state()["lists"][-1]["id"]
    assert "Nobody is on this list yet." in page
    path = f"/lists/{list_id}"
    text = "a@example.com, B@example.com;\nbroken a@example.com"
    assert "2 added, 1 invalid, 1 exists." in browser.send(f"{path}/add", emails=text)
    browser.send(f"{path}/remove", email="A@example.com")
    assert sandbox.control.emails_on_list(list_id) == ["B@example.com"]
    browser.send(f"{path}/populate", count=60)
    assert "1 to 50" in browser.page(path)
    assert "Best friends" in browser.send(f"{path}/rename", name="Best friends")
    assert "The list is deleted." in browser.send(f"{path}/delete")
    assert list_id not in [item["id"] for item in sandbox.control.account_state()["lists"]]


def test_a_person_keeps_templates(sandbox: SandboxProcess, browser: Browser) -> None:
    browser.send("/templates/new", name="Mine", subject="Hello", html="<p>One</p>")
    template = sandbox.control.account_state()["templates"][-1]
    assert (template["name"], template["subject"]) == ("Mine", "Hello")
    path = f"/templates/{template['id']}"
    assert "Saved." in browser.send(path, name="Mine", subject="Hello", html="<p>Two</p>")
    preview = requests.get(f"{sandbox.url}{path}/preview", timeout=10)
    assert preview.text == "<p>Two</p>"
    browser.send(f"{path}/delete")
    assert template not in sandbox.control.account_state()["templates"]


def test_a_person_suppresses_and_refuses(
    sandbox: SandboxProcess, api: Api, browser: Browser, list_id: int
) -> None:
    assert "left@example.com" in browser.send("/suppressions", emails="left@example.com")
    browser.send("/suppressions/refuse", email="@example.net", message="No such domain.")
    emails = ["left@example.com", "somebody@example.net"]
    assert api.add(list_id, emails) == ["unsubscribed", "invalid"]
    browser.send("/suppressions/lift", email="left@example.com")
    browser.send("/suppressions/accept", email="@example.net")
    assert api.add(list_id, emails) == ["added", "added"]


def test_a_person_switches_faults(sandbox: SandboxProcess, api: Api, browser: Browser) -> None:
    page = browser.send(
        "/faults", kind="server_error", operation="listLists", count="", per_cent="100", key=""
    )
    assert "struck 0" in page
    assert api.get("/lists").status_code == 500
    (fault,) = sandbox.control.faults()
    browser.send("/faults/off", id=fault["id"])
    assert api.get("/lists").status_code == 200
    refused = browser.send("/faults", page="/faults", kind="latency", seconds="soon")
    assert "are numbers" in refused
    browser.send("/faults", kind="latency", seconds="0")
    browser.send("/faults/off")
    assert sandbox.control.faults() == []


def test_a_person_switches_oddities(sandbox: SandboxProcess, api: Api, browser: Browser) -> None:
    page = browser.send(
        "/oddities", kind="ids_as_text", operation="listLists", count="", reach="row", row=""
    )
    assert "struck 0" in page and "reaches one row" in page
    kinds = {type(one["id"]) for one in api.document("/lists")["lists"]}
    assert kinds == {str, int}
    (oddity,) = sandbox.control.oddities()
    browser.send("/oddities/off", id=oddity["id"])
    refused = browser.send("/oddities", page="/oddities", kind="ids_as_text", row="second")
    assert "are numbers" in refused
    assert "6 oddities" in browser.send("/oddities/dialect", name="dotnet")
    assert isinstance(api.get("/lists").json(), list)
    browser.send("/oddities/off")
    assert sandbox.control.oddities() == []


def test_calls_and_quota_are_shown(api: Api, browser: Browser) -> None:
    api.get("/lists")
    api.get("/campaigns/999")
    page = browser.page("/calls")
    assert "4,998" in page and "GET /api/v1/campaigns/999" in page and "not_found" in page
    assert "campaigns/999" not in browser.page("/calls?operation=listLists")
    assert "No calls yet" in browser.send("/calls/clear")


def test_settings_change_what_they_say(sandbox: SandboxProcess, api: Api, browser: Browser) -> None:
    browser.send("/settings/limits", hourly_limit=9, calls_this_hour=9, monthly_limit=100,
                 calls_this_month=10, token_minutes=30)  # fmt: skip
    assert api.get("/lists").status_code == 429
    before = sandbox.control.freeze_clock()
    browser.send("/settings/clock", action="advance", amount=2, unit="hours")
    assert sandbox.control.advance_clock() > before
    assert api.get("/lists").status_code == 200
    assert "Tokens ended: 1." in browser.send("/settings/tokens")
    browser.send("/settings/password", password="another")
    assert api.authenticate(username="demo", password="another").status_code == 200
    browser.send("/settings/senders", email="@example.net")
    browser.send("/settings/senders/remove", email="news@example.com")
    senders = sandbox.control.account_state()["senders"]
    assert "@example.net" in senders and "news@example.com" not in senders
    browser.send("/settings/reset", empty="on")
    assert sandbox.control.account_state()["lists"] == []


def test_a_person_sees_one_account_at_a_time(sandbox: SandboxProcess, browser: Browser) -> None:
    foreign = sandbox.control.account_state()["lists"][0]["id"]
    browser.send("/settings/accounts", username="second", password="word")
    assert "No lists yet" in browser.page("/lists")
    browser.page(f"/lists/{foreign}", status=404)
    browser.send("/settings/account", username="demo")
    assert "Newsletter" in browser.page("/lists")
