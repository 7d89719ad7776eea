import { registry } from "@web/core/registry";
import { see } from "./tour_steps";

const CAMPAIGN_MASTER = [
    ".o_field_widget[name^=cm_]",
    ".o_cm_waterfall",
    ".o_cm_recipients_tab",
    ".o_cm_readiness",
    ".nav-link[name^=cm_]",
    "button[name^=action_cm_]",
    "label:contains(Campaign Master)",
    ".o_horizontal_separator:contains(Campaign Master)",
];

registry.category("web_tour.tours").add("campaign_master_disabled_account", {
    steps: () => [
        ...see(".o_form_view .o_field_widget[name=title]"),
        ...CAMPAIGN_MASTER.flatMap((part) => see(`body:not(:has(.o_form_view ${part}))`)),
    ],
});

registry.category("web_tour.tours").add("campaign_master_enabled_account", {
    steps: () => CAMPAIGN_MASTER.flatMap((part) => see(`.o_form_view ${part}`)),
});
