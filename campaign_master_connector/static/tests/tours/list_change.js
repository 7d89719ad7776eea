import { registry } from "@web/core/registry";
import { choose, click, fill, openTab, pressButton, see, seeNotification } from "./tour_steps";

const PROGRESS = ".o_cm_waterfall .o_cm_progress";

const save = () => click(".o_form_button_save:not(:visible:disabled)");

/** Three are on the first list; who discards the question has saved nothing. */
const changeTheList = () => [
    ...see(".o_cm_waterfall [data-state=added]:contains(3)"),
    ...choose("cm_list_id", ["Customers", "Newsletter"], "Newsletter"),
    ...save(),
    ...see(".modal-body:contains(on the list Customers already: 3.)"),
    ...click(".modal footer .btn-secondary"),
    ...see("body:not(:has(.modal)) .o_form_button_save:enabled"),
    ...see(".o_cm_waterfall [data-state=added]:contains(3)"),
    ...save(),
    ...click(".modal footer .btn-primary:contains(Change the list)"),
    ...see(".o_cm_waterfall [data-state=pending]:contains(3)"),
];

const syncWhilePaused = () => [
    ...click(`${PROGRESS} .o_cm_pause`),
    ...see(`${PROGRESS}:contains(3 to add, paused)`),
    ...pressButton("Sync with Campaign Master"),
    ...seeNotification("warning", "3 more wait, since adding is paused."),
    ...see(`${PROGRESS}:contains(3 to add, paused) .o_cm_resume`),
];

const lookAtThePicker = () => [
    ...openTab("cm_contacts"),
    ...click(".o_cm_recipients_tab .o_cm_add_recipients"),
    ...see(".modal .o_cm_add_warning:contains(goes on the list Newsletter when it is resumed)"),
    ...click(".modal .o_form_button_cancel"),
];

registry.category("web_tour.tours").add("campaign_master_list_change", {
    steps: () => [...changeTheList(), ...syncWhilePaused(), ...lookAtThePicker()],
});

registry.category("web_tour.tours").add("campaign_master_refused_sender", {
    steps: () => [
        ...see(".o_cm_readiness :contains(All there)"),
        ...pressButton("Sync with Campaign Master"),
        ...see(".alert-danger:contains(The sender address stranger@elsewhere.example isn't)"),
        ...see(".o_cm_readiness li:contains(From e-mail) .fa-times-circle.text-danger"),
        ...see(".o_cm_readiness .o_cm_refused:contains(Campaign Master refused what is marked.)"),
        ...see("body:not(:has(.o_cm_readiness :contains(All there)))"),
        ...fill("cm_from_email", "news@example.com"),
        // What is typed counts as soon as the field is left.
        ...click(".o_cm_readiness"),
        ...see(".o_cm_readiness :contains(All there)"),
        ...pressButton("Sync with Campaign Master"),
        ...seeNotification(
            "success",
            "The campaign is in Campaign Master; it has no recipients yet."
        ),
    ],
});

registry.category("web_tour.tours").add("campaign_master_lift", {
    steps: () => [
        ...see(".o_list_view .o_data_row:count(2)"),
        ...click(".o_data_row:contains(person-1@example.com) button[name=action_cm_lift]"),
        ...see(".modal [name=emails]:contains(person-1@example.com)"),
        ...see(".modal [name=reason]:not(.o_field_invalid)"),
        ...fill("reason", "Asked for it by letter"),
        ...click(".modal footer button[name=action_lift]"),
        ...seeNotification("success", "Opt-outs lifted: 1."),
        ...see(".o_list_view .o_data_row:count(1)"),
    ],
});
