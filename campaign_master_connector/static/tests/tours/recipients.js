import { registry } from "@web/core/registry";
import {
    click,
    openTab,
    pressButton,
    see,
    seeNotification,
    seeRecipient,
    seeRows,
} from "./tour_steps";

const TAB = ".o_cm_recipients_tab";

const pickAllThatMatch = () => [
    ...click(`${TAB} .o_cm_add_recipients`),
    { trigger: ".modal .o_searchview_input", run: "edit Tour person" },
    { trigger: ".modal .o_searchview_input", run: "press Enter" },
    ...see(".modal .o_searchview_facet:contains(Tour person)"),
    ...seeRows(80, ".modal"),
    ...click(".modal .o_data_row:eq(2) [name=email]"),
    ...see(".modal .o_cm_add:enabled:contains(1)"),
    ...click(".modal thead .o_list_record_selector input"),
    ...click(".modal .o_select_domain:contains(100)"),
    ...click(".modal .o_cm_add:enabled:contains(100)"),
    ...see("body:not(:has(.modal))"),
    ...see(".o_cm_waterfall .o_cm_total:contains(100)"),
    ...see(".oe_stat_button .o_cm_recipient_count:contains(100)"),
    ...seeRows(40, TAB),
];

const openRejected = () => [
    ...click(".o_cm_waterfall [data-state=rejected]:contains(1)"),
    ...see(".o_breadcrumb .active:contains(Recipients)"),
    ...seeRows(1),
    ...see(".o_data_row [name=state]:contains(Rejected)"),
    ...click(".breadcrumb-item a:contains(Spring offers), .o_back_button"),
    ...see(".o_cm_waterfall [data-state=added]:contains(99)"),
    ...openTab("cm_contacts"),
];

const fixRejected = () => [
    ...click(`${TAB} .o_data_row:contains(Rejected) button[name=action_cm_fix]`),
    { trigger: ".modal [name=email] input", run: "edit fixed@example.com" },
    ...click(".modal .o_form_button_save"),
    ...seeRecipient("fixed@example.com", "To add"),
    ...see(".o_cm_waterfall [data-state=pending]:contains(1)"),
    ...see("body:not(:has(.o_cm_waterfall [data-state=rejected]))"),
];

/** Of two, the one that is on the list stays, and is named. */
const remove = () => [
    ...click(`${TAB} .o_data_row:contains(Added):first .o_list_record_selector input`),
    ...click(`${TAB} .o_data_row:contains(fixed@example.com) .o_list_record_selector input`),
    ...click(`${TAB} .o_cp_action_menus button:contains(Actions)`),
    ...click(".o-dropdown--menu .o_menu_item:contains(Remove from campaign)"),
    ...see(".modal-body:contains(Can be removed from the campaign: 1.)"),
    ...see(".modal-body:contains(1 stay):contains(Tour person)"),
    ...click(".modal footer .btn-primary:contains(Remove)"),
    ...seeNotification("warning", "Removed from the campaign: 1. 1 of these recipients are on"),
    ...see(".o_notification:contains(Tour person)"),
    ...see(".o_cm_waterfall .o_cm_total:contains(99)"),
    ...see('.o_notebook_headers .nav-link[name=cm_contacts][data-count="99"]'),
    ...see(`body:not(:has(${TAB} .o_data_row:contains(fixed@example.com)))`),
];

/** All that there are, of which the web client passes on the first ten. */
const removeAll = () => [
    ...seeRows(40, TAB),
    ...click(`${TAB} thead .o_list_record_selector input`),
    ...click(`${TAB} .o_select_domain:contains(50)`),
    ...click(`${TAB} .o_cp_action_menus button:contains(Actions)`),
    ...click(".o-dropdown--menu .o_menu_item:contains(Remove from campaign)"),
    ...click(".modal footer .btn-primary:contains(Remove)"),
    ...seeNotification("success", "Removed from the campaign: 10."),
    ...seeNotification("warning", "Only the first 10 of the 50 selected recipients"),
    ...see(".o_cm_waterfall .o_cm_total:contains(40)"),
];

registry.category("web_tour.tours").add("campaign_master_remove_all", {
    steps: () => [...openTab("cm_contacts"), ...removeAll()],
});

registry.category("web_tour.tours").add("campaign_master_recipients", {
    steps: () => [
        ...openTab("cm_contacts"),
        ...see(`${TAB} .o_view_nocontent:contains(Nobody here yet)`),
        ...pickAllThatMatch(),
        ...pressButton("Sync with Campaign Master"),
        ...seeNotification("success", "The campaign is in Campaign Master: 99 added, 1 rejected."),
        ...openRejected(),
        ...fixRejected(),
        ...remove(),
    ],
});
