import { registry } from "@web/core/registry";
import { pressKey, seeFocusOn, tabAndPress } from "./keyboard_steps";
import { see, seeNotification, seeRecipient, seeRows } from "./tour_steps";

const ADD = ".o_cm_recipients_tab .o_cm_add_recipients";
const PICKED = ".modal .o_cm_add:enabled:contains(3)";

const pickPeople = () => [
    ...tabAndPress(".o_notebook_headers .nav-link[name=cm_contacts]"),
    ...tabAndPress(ADD),
    ...see(".modal .o_data_row"),
    ...pressKey("Escape"),
    ...see("body:not(:has(.modal))"),
    ...seeFocusOn(ADD),
    ...pressKey("Space"),
    { trigger: ".modal .o_searchview_input", run: "edit Tour person" },
    ...see(".o_searchview_autocomplete .focus:contains(Tour person)"),
    ...pressKey("Enter"),
    ...see(".modal .o_searchview_facet:contains(Tour person)"),
    ...seeRows(3, ".modal"),
    ...tabAndPress(".modal thead .o_list_record_selector input", "Space"),
    ...see(PICKED),
    ...tabAndPress(".modal .o_cm_add"),
    ...see("body:not(:has(.modal))"),
    ...seeRecipient("Tour person 1", "To add"),
];

const openNumber = (number, rows, key) => [
    ...tabAndPress(`.o_cm_waterfall ${number}`, key),
    ...see(".o_breadcrumb .active:contains(Recipients)"),
    ...seeRows(rows),
    ...tabAndPress(".o_back_button a"),
    ...see(".o_cm_waterfall .o_cm_total"),
];

registry.category("web_tour.tours").add("campaign_master_keyboard", {
    steps: () => [
        ...pickPeople(),
        ...openNumber(".o_cm_total", 3, "Enter"),
        ...openNumber("[data-state=pending]", 2, "Space"),
        ...openNumber("[data-reason]", 1, "Enter"),
        ...tabAndPress(".o_statusbar_buttons button[name=action_cm_sync]"),
        ...seeNotification("success", "The campaign is in Campaign Master: 2 added"),
    ],
});

registry.category("web_tour.tours").add("campaign_master_keyboard_push", {
    steps: () => [
        ...tabAndPress(".o_cm_progress .o_cm_pause", "Space"),
        ...seeFocusOn(".o_cm_progress .o_cm_resume:enabled"),
        ...pressKey("Enter"),
        ...seeFocusOn(".o_cm_progress .o_cm_pause:enabled"),
    ],
});

registry.category("web_tour.tours").add("campaign_master_keyboard_sync_log", {
    steps: () => [...tabAndPress(".o_clipboard_button"), ...see(".o_popover:contains(Copied)")],
});
