"""What the server does for each list, filter, group and chart of the app's menus."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from lxml import etree
from odoo.tools.safe_eval import safe_eval

COUNT_LIMIT = 10_001
PAGE = 80


class Screens:
    """The screens behind the app's menus, as the web client asks for them.

    Attributes: ``timings``, seconds by (screen, what was chosen on it).
    """

    def __init__(self, env: Any, rounds: int) -> None:
        self.env = env
        self.rounds = rounds
        self.timings: dict[tuple[str, str], list[float]] = {}

    def measure(self) -> dict[tuple[str, str], list[float]]:
        """Open each of them with each of its filters and groups."""
        for menu in self._menus():
            for view_type in menu.action.view_mode.split(","):
                for chosen, ask in self._requests(menu.action, view_type):
                    self.timings[f"{menu.complete_name}, {view_type}", chosen] = [
                        self._seconds(ask) for _round in range(self.rounds)
                    ]
        return self.timings

    def _menus(self) -> Any:
        root = self.env.ref("campaign_master_connector.menu_campaign_master_root")
        visible = self.env["ir.ui.menu"]._visible_menu_ids()
        # Which action a menu opens is told by the client's menus, which take no rights.
        menus = self.env["ir.ui.menu"].sudo().search([("id", "child_of", root.id)])
        menus = menus.filtered(lambda menu: menu.id in visible)
        return menus.filtered(
            lambda menu: menu.action and menu.action._name == "ir.actions.act_window"
        )

    def _seconds(self, ask: Callable[[], Any]) -> float:
        self.env.invalidate_all()
        started = time.perf_counter()
        ask()
        return time.perf_counter() - started

    def _requests(self, action: Any, view_type: str) -> Iterator[tuple[str, Callable[[], Any]]]:
        model = self.env[action.res_model]
        domain = safe_eval(action.domain or "[]", {"uid": self.env.uid})
        arch = _arch(model, view_type)
        filters, groups = _filters(_arch(model, "search"))
        if view_type == "list":
            read = partial(_list, model, arch)
            yield "all", partial(read, domain)
            yield "page 5", partial(read, domain, offset=4 * PAGE)
            for name, condition in filters:
                yield f"filter {name}", partial(read, domain + condition)
            for name, group in groups:
                yield f"group {name}", partial(_grouped, model, arch, domain, group)
        elif view_type in ("graph", "pivot"):
            chart = partial(_chart, model, arch)
            yield "all", partial(chart, domain)
            for name, condition in filters:
                yield f"filter {name}", partial(chart, domain + condition)
            for name, group in groups:
                yield f"group {name}", partial(chart, domain, group)


def _arch(model: Any, view_type: str) -> Any:
    return etree.fromstring(model.get_view(view_type=view_type)["arch"])


def _filters(search: Any) -> tuple[list[tuple[str, list[Any]]], list[tuple[str, str]]]:
    filters, groups = [], []
    for node in search.iter("filter"):
        context = safe_eval(node.get("context") or "{}")
        if group := context.get("group_by"):
            groups.append((node.get("name"), group))
        elif node.get("domain"):
            filters.append((node.get("name"), safe_eval(node.get("domain"), {"uid": 2})))
    return filters, groups


def _columns(arch: Any) -> list[Any]:
    return [
        node
        for node in arch.iter("field")
        if node.get("column_invisible") not in ("1", "True", "true")
    ]


def _list(model: Any, arch: Any, domain: list[Any], offset: int = 0) -> None:
    specification: dict[str, Any] = {}
    for node in _columns(arch):
        relational = model._fields[node.get("name")].type == "many2one"
        specification[node.get("name")] = {"fields": {"display_name": {}}} if relational else {}
    model.web_search_read(
        domain,
        specification,
        offset=offset,
        limit=PAGE,
        order=arch.get("default_order"),
        count_limit=COUNT_LIMIT,
    )


def _grouped(model: Any, arch: Any, domain: list[Any], group: str) -> None:
    sums = [f"{node.get('name')}:sum" for node in _columns(arch) if node.get("sum")]
    model.web_read_group(domain, [group], ["__count", *sums], limit=PAGE)


def _chart(model: Any, arch: Any, domain: list[Any], group: str = "") -> None:
    fields = arch.findall("field")
    visible = [node for node in fields if node.get("invisible") not in ("1", "True", "true")]
    measures = [node.get("name") for node in visible if node.get("type") == "measure"]
    own = [node.get("name") for node in visible if node.get("type") != "measure"]
    aggregates = ["__count", *(f"{name}:{_aggregator(model, name)}" for name in measures)]
    groups = [group] if group else own
    if arch.tag == "graph":
        model.formatted_read_group(domain, groups, aggregates)
    else:
        model.formatted_read_grouping_sets(
            domain, [groups[: number + 1] for number in range(len(groups))], aggregates
        )


def _aggregator(model: Any, name: str) -> str:
    return str(model._fields[name].aggregator or "sum")
