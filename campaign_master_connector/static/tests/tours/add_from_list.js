import { registry } from "@web/core/registry";
import { click, see, seeNotification, seeRows } from "./tour_steps";

const rowBox = (index) => `.o_data_row:eq(${index}) .o_list_record_selector input`;

const openWizard = (selected) => [
    ...click(".o_cp_action_menus button:contains(Actions)"),
    ...click(".o-dropdown--menu .o_menu_item:contains(Add to Campaign Master campaign)"),
    ...see(`.modal [name=selected_count]:text(${selected})`),
];

const intoNewCampaign = (title) => [
    ...click(".modal .o_field_widget[name=target] .o_radio_item:contains(A new campaign) input"),
    { trigger: ".modal .o_field_widget[name=campaign_title] input", run: `edit ${title}` },
    ...click(".modal footer button[name=action_add]"),
];

const intoExistingCampaign = (title) => [
    ...click(".modal .o_field_widget[name=campaign_id] input"),
    ...click(`.o-autocomplete--dropdown-item:contains(${title})`),
    ...click(".modal footer button[name=action_add]"),
];

/** Two of three rows into a new campaign, then all that match (more than a page) into the same. */
const selectAndAdd = (page) => [
    ...seeRows(2),
    ...click(rowBox(0)),
    ...click(rowBox(1)),
    ...openWizard(2),
    ...intoNewCampaign("From the list"),
    ...seeNotification("success", "Recipients added to From the list: 2."),
    ...see(".o_form_view .o_field_widget[name=title] input:value(From the list)"),
    ...see(".o_cm_waterfall .o_cm_total:contains(2)"),
    ...see(`.o_notebook_headers .nav-link[name=${page}][data-count="2"]`),
];

const selectAllAndAdd = (page) => [
    ...click(".o_breadcrumb .o_back_button, .breadcrumb-item:first a"),
    ...see(".o_action_manager .o_list_view"), // the form's tab has such rows too
    ...seeRows(2),
    ...click("thead .o_list_record_selector input"),
    ...click(".o_select_domain:contains(3)"),
    ...see(".o_selection_box:contains(All 3 selected)"),
    ...openWizard(3),
    ...intoExistingCampaign("From the list"),
    ...seeNotification("success", "Recipients added to From the list: 1."),
    ...see(".o_notification:contains(Recipients already: 2.)"),
    ...see(".o_cm_waterfall .o_cm_total:contains(3)"),
    ...see(`.o_notebook_headers .nav-link[name=${page}][data-count="3"]`),
];

for (const page of ["cm_contacts", "cm_leads"]) {
    registry.category("web_tour.tours").add(`campaign_master_add_from_list_${page}`, {
        steps: () => [...selectAndAdd(page), ...selectAllAndAdd(page)],
    });
}
