import { registry } from "@web/core/registry";
import { click, fill, pressButton, see, seeNotification } from "./tour_steps";

const SENTENCE =
    "Unable to create the external campaign for the following reason : " +
    "Campaign subject is required and has not been provided";

registry.category("web_tour.tours").add("campaign_master_missing_subject", {
    steps: () => [
        ...see(".o_cm_readiness li:contains(Subject) .fa-circle-o.text-warning"),
        ...see(".o_cm_readiness li:contains(Template) .fa-check-circle.text-success"),
        ...pressButton("Sync with Campaign Master"),
        ...see(`.o_error_dialog .modal-body :text("${SENTENCE}")`),
        ...click(".o_error_dialog .modal-footer button"),
        ...fill("cm_subject", "Our spring offers"),
        ...pressButton("Sync with Campaign Master"),
        ...seeNotification(
            "success",
            "The campaign is in Campaign Master; it has no recipients yet."
        ),
    ],
});
