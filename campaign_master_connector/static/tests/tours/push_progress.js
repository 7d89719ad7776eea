import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { click, pressButton, see, seeNotification } from "./tour_steps";

const PROGRESS = ".o_cm_waterfall .o_cm_progress";

/** As the schedule does: the page has to notice by itself. */
const pushBehindThePage = () => ({
    trigger: PROGRESS,
    run: () =>
        rpc("/web/dataset/call_kw/utm.campaign/action_cm_sync", {
            model: "utm.campaign",
            method: "action_cm_sync",
            args: [[Number(location.pathname.split("/").at(-1))]],
            kwargs: {},
        }),
});

const seePercent = (percent) => see(`${PROGRESS} .progress[aria-valuenow="${percent}"]`);

registry.category("web_tour.tours").add("campaign_master_push_progress", {
    steps: () => [
        ...see(".o_cm_waterfall [data-state=pending]:contains(2,100)"),
        ...see(`body:not(:has(${PROGRESS}))`),
        ...pressButton("Sync with Campaign Master"),
        ...seeNotification("success", "1,100 more are added in the background."),
        ...see(`${PROGRESS}:contains(1,100 to add)`),
        ...seePercent(47),
        ...click(`${PROGRESS} .o_cm_pause`),
        ...see(`${PROGRESS}:contains(1,100 to add, paused)`),
        ...click(`${PROGRESS} .o_cm_resume`),
        ...see(`${PROGRESS} .o_cm_pause`),
        pushBehindThePage(),
        ...see(`${PROGRESS}:contains(100 to add):not(:contains(1,100 to add))`),
        ...seePercent(95),
        pushBehindThePage(),
        ...see(`body:not(:has(${PROGRESS}))`),
        ...see(".o_cm_waterfall [data-state=added]:contains(2,100)"),
        ...see(".o_field_widget[name=cm_sync_result]:contains(2,100 added.)"),
    ],
});
