import { registry } from "@web/core/registry";
import {
    choose,
    click,
    fill,
    openApp,
    openTab,
    pressButton,
    see,
    seeNotification,
    seeRecipient,
    seeRows,
} from "./tour_steps";

const fillBlock = () => [
    ...fill("title", "Spring offers"),
    ...fill("cm_subject", "Our spring offers"),
    ...fill("cm_description", "Who bought last spring"),
    ...fill("cm_from_name", "The Sales Team"),
    ...fill("cm_from_email", "news@example.com"),
    ...choose("cm_template_id", ["Spring", "Summer"], "Spring"),
    ...choose("cm_list_id", ["Customers", "Newsletter"], "Customers"),
];

const pickContacts = () => [
    ...openTab("cm_contacts"),
    ...click(".o_cm_recipients_tab .o_cm_add_recipients"),
    ...see(".modal .o_cm_add:disabled"),
    ...fillSearch("Tour person"),
    ...seeRows(3, ".modal"),
    ...click(".modal thead .o_list_record_selector input"),
    ...click(".modal .o_cm_add:enabled:contains(3)"),
    ...see("body:not(:has(.modal))"),
    ...seeNotification("success", "Recipients added to Spring offers: 3."),
    ...see(".o_cm_waterfall .o_cm_total:contains(3)"),
    ...see(".o_cm_waterfall [data-state=pending]:contains(2)"),
    ...see(".o_cm_waterfall [data-reason=no_address]:contains(1 excluded)"),
];

const fillSearch = (text) => [
    { trigger: ".modal .o_searchview_input", run: `edit ${text}` },
    ...see(`.o_searchview_autocomplete .focus:contains(${text})`),
    { trigger: ".modal .o_searchview_input", run: "press Enter" },
    ...see(`.modal .o_searchview_facet:contains(${text})`),
];

registry.category("web_tour.tours").add("campaign_master_build_and_sync", {
    steps: () => [
        ...openApp(),
        ...click(".o_list_button_add"),
        ...fillBlock(),
        ...see(".o_cm_readiness:contains(All there: the campaign can be synced.)"),
        ...pickContacts(),
        ...pressButton("Sync with Campaign Master"),
        ...seeNotification("success", "The campaign is in Campaign Master: 2 added, 1 excluded."),
        ...openTab("cm_contacts"),
        ...seeRecipient("Tour person 1", "Added"),
        ...seeRecipient("Tour person 2", "Added"),
        ...seeRecipient("Tour person 3", "Excluded"),
        ...see(".o_cm_waterfall [data-state=added]:contains(2)"),
        ...see(".o_field_widget[name=cm_template_id].o_readonly_modifier:contains(Spring)"),
        ...see("body:not(:has(.o_field_widget[name=cm_template_id] input))"),
        ...see(".o_field_widget[name=cm_list_id] input"),
    ],
});
