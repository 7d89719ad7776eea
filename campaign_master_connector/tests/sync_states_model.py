"""What must be true of a sync, said without the addon's own decisions.

People and addresses are Odoo's and are read there. What Campaign Master told is heard at the
client: from then on the model knows who left, and no push may have them.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from odoo.tools import SQL

LEFT = "unsubscribed"


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
            self.pushed[email] |= people

    def after_push(self, results):
        for result in results:
            self.seen[result.status.value] += 1
            if result.status.value == LEFT:
                self.told_left(result.email)

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
        if self.has_left(source):
            self.gone_people.add(target)
        for people in self.pushed.values():
            if source in people:
                people.add(target)

    def remember_links(self, people):
        """Connect each person with its address of now and with its contact."""
        for person in people:
            is_lead = person._name == "crm.lead"
            address = person.email_normalized
            if address:
                self.links.connect(key_of(person), address)
            if is_lead and person.partner_id:
                self.links.connect(key_of(person), key_of(person.partner_id))

    # What follows

    def has_left(self, key):
        """A lead and its contact are one person, a lead and its company are not."""
        return bool(self._identity(key) & self.gone_people)

    def may_be_left_out(self, recipient):
        """Whether there is any way that an opt-out can have come to this recipient."""
        person = recipient.lead_id or recipient.partner_id
        start = {recipient.email, *recipient.former_address_ids.mapped("email")}
        start |= {key_of(person)} if person else set()
        gone = self.gone_addresses | self.gone_people
        return bool(self.links.reachable(start) & gone)

    def _identity(self, key):
        person = self.env[key[0]].browse(key[1]).exists()
        contact = person.partner_id if key[0] == "crm.lead" else person
        if not contact or contact.is_company:
            return {key}
        leads = self.env["crm.lead"].with_context(active_test=False)
        leads = leads.search([("partner_id", "=", contact.id)])
        return {key, key_of(contact), *map(key_of, leads)}

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
