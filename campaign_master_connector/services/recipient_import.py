"""Rows of a file of recipients: whom they name, and who is left out."""

from odoo.tools import clean_context, email_normalize

from .addresses import single_address

NAMED_AT_MOST = 20


class LeftOut:
    """Rows of a file that are left out, by reason."""

    def __init__(self):
        self.rows = {}

    def add(self, reason, data):
        """``data`` as of Odoo's `_load_records`; a row that comes again counts once."""
        number = data.get("info", {}).get("rows", {}).get("from", 0) + 1
        self.rows.setdefault(number, (reason, _label(data)))

    def message(self, env):
        """A line for each reason, which names the rows; empty where nobody was left out."""
        texts = {
            "imported": env._("Left out, since each was imported before"),
            "there": env._("Left out, since each is a recipient of the campaign already"),
            "unknown": env._(
                "Left out, since no contact or lead has the address. To make contacts of them, "
                "choose “E-mail (unknown people become contacts)” for the column"
            ),
            "malformed": env._("Left out, since there is no e-mail address or not exactly one"),
        }
        return "\n".join(
            f"{text}: {self._named(env, reason)}"
            for reason, text in texts.items()
            if any(reason == one for one, _label in self.rows.values())
        )

    def _named(self, env, reason):
        rows = [(number, label) for number, (one, label) in self.rows.items() if one == reason]
        named = [
            env._("%(name)s (row %(number)s)", name=label, number=number)
            if label
            else env._("row %s", number)
            for number, label in rows[:NAMED_AT_MOST]
        ]
        if more := len(rows) - len(named):
            named.append(env._("and %s more", more))
        return ", ".join(named)


def is_collected(left_out):
    """Whether rows are left out into ``left_out``, which a request can't send along."""
    return isinstance(left_out, LeftOut)


def _label(data):
    values = data["values"]
    texts = (values.get("import_name"), _address_text(values), data.get("xml_id"))
    return ", ".join(filter(None, texts))


def _address_text(values):
    return values.get("import_email") or values.get("import_new_email") or ""


class FoundPeople:
    """Contacts and leads that rows with a name and an address mean, under the user's rules."""

    def __init__(self, env, data_list):
        self.env = env
        self.data_list = data_list
        self.contacts = self._by_address("res.partner")
        self.leads = self._by_address("crm.lead")

    def put_in(self, left_out):
        """The rows with their contact or lead; those that mean nobody are in ``left_out``."""
        self._make_contacts()
        rows = []
        for data in self.data_list:
            reason = self._put_person(data["values"])
            if reason:
                left_out.add(reason, data)
            else:
                rows.append(data)
        return rows

    def _put_person(self, values):
        """Why the row means nobody; nothing where it means somebody."""
        if not _names_a_person(values):
            return None
        address = _address_of(values)
        if not address:
            return "malformed"
        person = self._person(address, values.get("import_name"))
        if person is None:
            return "unknown"
        values["partner_id" if person._name == "res.partner" else "lead_id"] = person.id
        return None

    def _person(self, address, name):
        """Of several with the address who has the name, else the first contact, the last lead."""
        contacts, leads = self.contacts.get(address, []), self.leads.get(address, [])
        named = (name or "").strip().casefold()
        for person in (*contacts, *reversed(leads)):
            if named and (person[_name_field(person)] or "").strip().casefold() == named:
                return person
        return next(iter((*contacts, *reversed(leads))), None)

    def _by_address(self, model):
        """{address: [records]} of those that rows name, oldest first."""
        people = self.env[model]
        texts = {_address_text(data["values"]) for data in self.data_list}
        wanted = {one for text in texts for one in (single_address(text), email_normalize(text))}
        wanted = sorted(filter(None, wanted))
        if not wanted or not people.has_access("read"):
            return {}
        found = {}
        domain = [("email_normalized", "in", wanted)]
        names = ["email_normalized", _name_field(people)]
        for person in people.search_fetch(domain, names, order="id"):
            found.setdefault(single_address(person.email_normalized), []).append(person)
        return found

    def _make_contacts(self):
        """One for each unknown address of a column that asks for it."""
        values_of = {}
        for data in self.data_list:
            values = data["values"]
            address = _address_of(values)
            wants = values.get("import_new_email") and _names_a_person(values)
            if wants and address and not self._person(address, None):
                name = (values.get("import_name") or "").strip() or address
                values_of.setdefault(address, {"name": name, "email": address})
        if values_of:
            partners = self.env["res.partner"].with_context(clean_context(self.env.context))
            for partner in partners.create(list(values_of.values())):
                self.contacts.setdefault(partner.email, []).append(partner.with_env(self.env))


def _names_a_person(values):
    """Whether a row says who it is by name and address, not by contact or lead."""
    says = _address_text(values) or values.get("import_name")
    return says and not values.get("partner_id") and not values.get("lead_id")


def _address_of(values):
    return single_address(_address_text(values))


def _name_field(people):
    return "name" if people._name == "res.partner" else "contact_name"
