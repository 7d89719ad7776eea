import { registry } from "@web/core/registry";
import {
    DIALOG,
    look,
    lookAtOdoo,
    openAction,
    openRecord,
    PAGE,
    startLooking,
    tellFindings,
} from "./access_steps";
import { click, openTab, see } from "./tour_steps";

const ADDON = "campaign_master_connector";
const CAMPAIGN = "utm.campaign";
const CUSTOMER = "Customer of many opportunities";
const MANY = `${PAGE} :is(.o_list_renderer, .o_kanban_renderer)`;
const TAB = `${PAGE} .o_cm_recipients_tab`;
const NOTEBOOK = `${PAGE} .o_notebook`;
const TABS = ["cm_leads", "cm_contacts", "cm_companies"];

const lookAtCampaigns = () => [
    ...openAction(`${ADDON}.utm_campaign_action`, MANY),
    ...look("campaigns"),
    ...openAction(`${ADDON}.utm_campaign_action`, `${PAGE} .o_kanban_renderer`, {
        viewType: "kanban",
    }),
    ...look("campaigns as cards"),
];

const lookAtNewCampaign = () => [
    ...openRecord(CAMPAIGN, [["title", "=", "Nothing in it yet"]], `${PAGE} .o_cm_readiness`),
    ...openTab("cm_contacts"),
    ...see(`${TAB} .o_view_nocontent`),
    ...look("campaign with a checklist"),
    ...click(`${TAB} .o_cm_add_recipients`),
    ...see(`${DIALOG} :is(.o_data_row, .o_kanban_record)`),
    ...look("picker of recipients", DIALOG),
    ...click(`${DIALOG} .o_form_button_cancel`),
];

const lookAtSyncedCampaign = () => [
    ...openRecord(
        CAMPAIGN,
        [["title", "=", "Everything in it"]],
        `${PAGE} .o_cm_waterfall .o_cm_progress`
    ),
    ...look("synced campaign"),
    ...TABS.flatMap((name) => [
        ...openTab(name),
        ...see(`${TAB} .o_data_row`),
        ...look(`campaign with ${name}`, NOTEBOOK),
    ]),
    ...openTab("cm_statistics"),
    ...see(`${PAGE} .o_cm_statistics_charts canvas`),
    ...look("statistics", NOTEBOOK),
];

const lookAtRecipients = () => [
    ...openAction(`${ADDON}.campaign_master_recipient_action`, MANY),
    ...look("recipients"),
    ...openAction(`${ADDON}.campaign_master_recipient_action`, `${PAGE} .o_view_nocontent`, {
        additionalContext: { search_default_rejected: 1, search_default_opened: 1 },
    }),
    ...look("no recipients"),
    ...openAction(`${ADDON}.action_add_partners`, DIALOG, {
        additionalContext: { active_model: "res.partner", active_ids: [1] },
        clearBreadcrumbs: false,
    }),
    ...look("wizard", DIALOG),
    ...click(`${DIALOG} [special=cancel], ${DIALOG} .btn-secondary`),
];

const lookAtReports = () =>
    ["utm_campaign_action_report", "campaign_master_recipient_report_action"].flatMap((action) =>
        ["graph", "pivot"].flatMap((viewType) => [
            ...openAction(
                `${ADDON}.${action}`,
                `${PAGE} .o_${viewType}_renderer, ${PAGE} .o_${viewType}`,
                { viewType }
            ),
            ...look(`${action} as ${viewType}`),
        ])
    );

const lookAtList = (action, page) => [...openAction(`${ADDON}.${action}`, MANY), ...look(page)];

const openFirst = () => click(`${PAGE} .o_data_row:first .o_data_cell:first`);

const lookAtConfiguration = () => [
    ...openAction(`${ADDON}.action_campaign_master_settings`, `${PAGE} [name=cm_enabled]`),
    ...look("settings"),
    ...lookAtList("campaign_master_list_action", "lists"),
    ...lookAtList("campaign_master_template_action", "templates"),
    ...lookAtList("campaign_master_account_action", "accounts"),
    ...openFirst(),
    ...see(`${PAGE} .o_form_view [name=hourly_used]`),
    ...look("account"),
    {
        trigger: `${PAGE} .o_statusbar_buttons button[title=More]`,
        isActive: ["mobile"],
        run: "click",
    },
    ...click(`:is(${PAGE}, .o-dropdown--menu) button[name=action_check_api]`),
    ...see(`${DIALOG} [name=conclusion]`),
    ...look("API check", DIALOG),
    ...click(`${DIALOG} .modal-footer .btn-secondary`),
    ...lookAtList("campaign_master_opt_out_action", "opt-outs"),
    ...click(`${PAGE} .o_data_row:first button[name=action_cm_lift]`),
    ...see(`${DIALOG} [name=reason]`),
    ...look("lifting of opt-outs", DIALOG),
    ...click(`${DIALOG} .btn-secondary`),
    ...lookAtList("campaign_master_sync_log_action", "sync log"),
    ...openFirst(),
    ...see(`${PAGE} .o_form_view [name=support_text]`),
    ...look("row of the sync log"),
];

const ROW_OR_CARD = { list: ".o_data_row", kanban: ".o_kanban_record", pivot: "td" };

const lookAtViewOfOdoo = (model, type, context = {}) => [
    ...openAction(
        { type: "ir.actions.act_window", res_model: model, views: [[false, type]], context },
        `${PAGE} .o_${type}_view ${ROW_OR_CARD[type]}`
    ),
    // What is not in sight isn't looked at, and on a phone a list is wider than the screen.
    { trigger: "body", run: () => document.querySelector(".o_data_row .badge")?.scrollIntoView() },
    ...lookAtOdoo(`${model} as ${type}`),
];

const MEASURES = ["__count", "expected_revenue", "prorated_revenue", "day_open", "day_close"];

/** In each, some of what our own pages are excused for. */
const lookAtPagesOfOdoo = () => [
    ...lookAtViewOfOdoo("mailing.mailing", "list", { search_default_assigned_to_me: 1 }),
    ...lookAtViewOfOdoo("crm.lead", "list"),
    ...lookAtViewOfOdoo("crm.lead", "pivot", { pivot_measures: MEASURES }),
    ...lookAtViewOfOdoo("crm.stage", "list"),
    ...lookAtViewOfOdoo("mail.activity", "list"),
    ...lookAtViewOfOdoo("res.lang", "list"),
    ...lookAtViewOfOdoo("res.partner", "kanban"),
    ...openRecord("res.partner", [["name", "=", CUSTOMER]], `${PAGE} .o_form_view`),
    ...lookAtOdoo("contact"),
    ...openAction("base_setup.action_general_configuration", `${PAGE} .o_setting_container`),
    ...lookAtOdoo("settings"),
    ...openAction(
        {
            type: "ir.actions.act_window",
            res_model: "res.lang",
            views: [[false, "list"]],
            target: "new",
        },
        `${DIALOG} .o_list_renderer`
    ),
    ...lookAtOdoo("dialog", DIALOG),
];

registry.category("web_tour.tours").add("campaign_master_access", {
    steps: () => [
        ...startLooking(),
        ...lookAtCampaigns(),
        ...lookAtNewCampaign(),
        ...lookAtSyncedCampaign(),
        ...lookAtRecipients(),
        ...lookAtReports(),
        ...lookAtConfiguration(),
        ...lookAtPagesOfOdoo(),
        ...tellFindings(),
    ],
});
