import { registry } from "@web/core/registry";
import { click, fill, openApp, see, seeNotification } from "./tour_steps";

const CONFIGURATION = "campaign_master_connector.menu_campaign_master_configuration";
const SETTINGS = "campaign_master_connector.menu_campaign_master_settings";
const BLOCK = ".app_settings_block[data-key=campaign_master_connector]";

const openSettings = () => [
    ...openApp(),
    ...click(`[data-menu-xmlid="${CONFIGURATION}"]`),
    ...click(`[data-menu-xmlid="${SETTINGS}"]`),
    ...see(`${BLOCK} .o_field_widget[name=cm_enabled]`),
];

const testConnection = () => click(`${BLOCK} button[name=action_cm_test_connection]`);

/** A stored password is never sent to the browser, an entered one doesn't stay there. */
const seeNoPassword = () => [
    {
        trigger: `${BLOCK} [name=cm_password] input`,
        run() {
            if (this.anchor.value) {
                throw new Error("The password is in the page.");
            }
        },
    },
];

registry.category("web_tour.tours").add("campaign_master_settings", {
    steps: () => [
        ...openSettings(),
        ...seeNoPassword(),
        ...testConnection(),
        ...seeNotification("success", "calls are left this hour."),
        ...see(`${BLOCK} [name=cm_connection_state]:contains(Connected)`),
        ...fill("cm_password", "not-the-password"),
        ...testConnection(),
        ...seeNotification(
            "danger",
            "Campaign Master refused the username or password. Enter them again in the settings."
        ),
        // What was tried isn't stored, and not lost either.
        ...see(`${BLOCK} [name=cm_connection_state]:contains(Not tested)`),
        {
            trigger: `${BLOCK} [name=cm_password] input:value(not-the-password)`,
        },
        ...see(`body:not(:has(${BLOCK} .text-danger))`),
        ...fill("cm_password", "demo"),
        ...fill("cm_client_id", "id-1"),
        ...click(".o_form_button_save"),
        ...see(`${BLOCK} [name=cm_client_id] input:value(id-1)`),
        ...see("body:not(:has(.o_dirty_warning))"),
        ...seeNoPassword(),
    ],
});
