import { stepUtils } from "@web_tour/tour_utils";

/** Steps that several tours take; each function answers with an array of them. */

export const openApp = () =>
    stepUtils.goToAppSteps("campaign_master_connector.menu_campaign_master_root");

export const click = (trigger) => [{ trigger, run: "click" }];

export const see = (trigger) => [{ trigger }];

export const fill = (field, text) => [
    {
        trigger: `.o_field_widget[name=${field}] :is(input, textarea)`,
        run: `edit ${text}`,
    },
];

/** Open a field's drop-down, see that it offers `offered` and nothing else, and take `chosen`. */
export const choose = (field, offered, chosen) => [
    ...see(".o_cm_choices[data-state=told]"),
    ...click(`.o_field_widget[name=${field}] input`),
    ...offered.flatMap((name, index) =>
        see(`${option(offered.length)}:eq(${index}):text(${name})`)
    ),
    ...click(`${option(offered.length)}:text(${chosen})`),
    ...see(`.o_field_widget[name=${field}] input:value(${chosen})`),
];

/** "Search more..." stands below what there is to choose. */
const option = (count) =>
    `.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option):count(${count})`;

export const openTab = (page) => click(`.o_notebook_headers .nav-link[name=${page}]`);

export const pressButton = (label) => stepUtils.statusbarButtonsSteps(label);

export const seeNotification = (type, text) =>
    see(`.o_notification:has(.o_notification_bar.bg-${type}):contains("${text}")`);

export const seeRows = (count, within = ".o_list_view") =>
    see(`${within} .o_data_row:count(${count})`);

/** A row of the list of recipients: whose it is, and its state. */
export const seeRecipient = (name, state) =>
    see(`.o_cm_recipients_tab .o_data_row:contains(${name}) [name=state]:contains(${state})`);
