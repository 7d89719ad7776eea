"""What must be true of a sync, said without the addon's own decisions.

People and addresses are Odoo's and are read there. What Campaign Master told is heard at the
client: from then on the model knows who left, and no push may have them.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from odoo.tools import SQL

LEFT = "unsubscribed"
INTERNATIONAL = "person-6@xn--mller-kva.de"
ADDRESSES = [*(f"person-{number}@example.com" for number in range(1, 6)), INTERNATIONAL]
# How people type addresses, and the one that is meant.
TYPED = {
    "Person One <PERSON-1@example.com>": ADDRESSES[0],
    "\u200bperson-2@exam\u00adple.com\u00a0": ADDRESSES[1],
    "person-3@example.com / person-4@example.com": ADDRESSES[2],
    "Four, Person <person-4@example.com>": ADDRESSES[3],
    "person-6@müller.de": INTERNATIONAL,
    "Person-6@MÜLLER.de": INTERNATIONAL,
}
BAD_TEXTS = [
    "",
    "no address",
    "two words@example.com",
    "x@",
    "person-1,person-2@example.com",
    "person-3@person-4@example.com",
    "two person-5@example.com; person-1@example.com",
    "pérson-1@example.com",
]


def key_of(person):
    """A lead or partner as the model names it."""
    return (person._name, person.id)


@dataclass
class Links:
    """What was connected ever, so that a reason to be left out may have come over it."""

    neighbours: dict = field(default_factory=lambda: defaultdict(set))

    def connect(self, one, other):
        self.neighbours[one].add(other)
        self.neighbours[other].add(one)

    def reachable(self, start):
        found, waiting = set(), list(start)
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting += self.neighbours[node] - found
        return found


class Model:
    """Who left, as Campaign Master told; who was pushed at which address; what was seen wrong."""

    def __init__(self, env):
        self.env = env
        self.gone_addresses = set()
        self.gone_people = set()
        self.pushed = defaultdict(set)
        self.arrived = set()
        self.refused = set()
        self.links = Links()
        self.violations = []
        self.seen = Counter()

    # What is heard at the client

    def before_push(self, list_id, emails):
        """Only who waits is pushed, at this list, nobody twice in a call, nobody who left."""
        self.seen["pushed"] += len(emails)
        self._expect(len(set(emails)) == len(emails), f"twice in one call: {emails}")
        waiting = self._waiting(list_id, emails)
        for email in emails:
            people = waiting.get(email, set())
            self._expect(people, f"pushed, but nobody with {email} waits for list {list_id}")
            self._expect(email not in self.gone_addresses, f"{email} left and was pushed")
            for person in people:
                self._expect(not self.has_left(person), f"{person} left and was pushed at {email}")
                self._expect(self._means(person, email), f"{person} doesn't name {email}")
                self.pushed[email] |= {person, *map(key_of, self.contact_of(self._record(person)))}

    def after_push(self, results):
        for result in filter(None, results):
            self.seen[result.status.value] += 1
            if result.status.value == LEFT:
                self.told_left(result.email)
            elif result.status.value != "invalid":
                self.arrived.add(result.email)

    def told_left(self, email):
        """Campaign Master says that an address left: so did whoever was pushed at it."""
        if email not in self.gone_addresses:
            self.seen["told that they left"] += 1
        self.gone_addresses.add(email)
        self.gone_people |= self.pushed[email]

    # What people do to people

    def merged(self, sources, target):
        """The one who stays is all of them."""
        for source in sources:
            self.links.connect(source, target)
            self.same_consent(source, target)

    def same_consent(self, source, target):
        if source in self.gone_people:
            self.gone_people.add(target)
        for people in self.pushed.values():
            if source in people:
                people.add(target)

    def remember_links(self, people):
        """Connect each person with its address of now and with its contact."""
        for person in people:
            is_lead = person._name == "crm.lead"
            if address := self.address_of(person):
                self.links.connect(key_of(person), address)
            if is_lead and person.partner_id:
                self.links.connect(key_of(person), key_of(person.partner_id))

    # What follows

    def has_left(self, key):
        """A lead of a contact that left did so too; a contact did by the leads that it had then."""
        contact = self.contact_of(self._record(key))
        return key in self.gone_people or bool(set(map(key_of, contact)) & self.gone_people)

    def contact_of(self, person):
        """Who a lead is one person with: its contact, unless that is a company."""
        contact = person.partner_id if person._name == "crm.lead" else person.browse()
        return contact.filtered(lambda one: not one.is_company)

    def address_of(self, person):
        """The address that a person's text means; none for what is no address."""
        text = person[person._primary_email]
        return TYPED.get(text, None if text in BAD_TEXTS else text)

    def as_blacklisted(self, address):
        """How Odoo's blacklist has an address."""
        return "person-6@müller.de" if address == INTERNATIONAL else address

    def may_be_left_out(self, recipient):
        """Whether there is any way that an opt-out can have come to this recipient."""
        person = recipient.lead_id or recipient.partner_id
        start = {recipient.email, *recipient.former_address_ids.mapped("email")}
        start |= {key_of(person)} if person else set()
        gone = self.gone_addresses | self.gone_people
        return bool(self.links.reachable(start) & gone)

    def _record(self, key):
        return self.env[key[0]].browse(key[1]).exists()

    def _means(self, key, email):
        person = self._record(key)
        return not person or self.address_of(person) == email

    def _waiting(self, list_id, emails):
        """{email: people who wait with it for this list}."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT recipient.email, recipient.partner_id, recipient.lead_id
                  FROM campaign_master_recipient recipient
                  JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
                  JOIN campaign_master_list list ON list.id = campaign.cm_list_id
                 WHERE list.external_id = %s AND recipient.state = 'pending'
                   AND recipient.email = ANY(%s)
                """,
                str(list_id),
                emails,
            )
        )
        waiting = defaultdict(set)
        for email, partner_id, lead_id in rows:
            key = ("crm.lead", lead_id) if lead_id else ("res.partner", partner_id)
            waiting[email].add(key)
        return waiting

    def _expect(self, truth, sentence):
        if not truth:
            self.violations.append(sentence)
