import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { click, openTab, pressButton, see, seeNotification, seeRows } from "./tour_steps";

const PAGE = ".o_notebook_content .tab-pane.active";

/** Field of the campaign that a tile shows. */
const FIELDS = {
    sent: "cm_emails_sent",
    delivered: "cm_successful_emails",
    clicked: "cm_unique_clicks",
    bounced: "cm_total_bounces",
    unsubscribed: "cm_total_unsubscribes",
};

const call = (model, method, ...args) =>
    rpc(`/web/dataset/call_kw/${model}/${method}`, { model, method, args, kwargs: {} });

const campaignId = () => Number(location.pathname.split("/").at(-1));

const readFigure = async (field) => {
    const [campaign] = await call("utm.campaign", "read", [campaignId()], [field]);
    return campaign[field];
};

/** The campaign's own figure is shown with the extended statistics only. */
const countWhoOpened = () =>
    call("campaign.master.recipient", "search_count", [
        ["campaign_id", "=", campaignId()],
        ["total_opens", ">", 0],
    ]);

const seeTile = (figure, read) => ({
    trigger: `${PAGE} [data-figure=${figure}]`,
    async run() {
        const shown = this.anchor.querySelector("dd").textContent;
        const stored = await read();
        if (!stored || shown !== String(stored)) {
            throw new Error(`${figure} shows ${shown}, but it is ${stored}`);
        }
    },
});

const seeDrawing = (index) => ({
    trigger: `${PAGE} canvas[role=img]:eq(${index})`,
    run() {
        const { width, height } = this.anchor;
        const { data } = this.anchor.getContext("2d").getImageData(0, 0, width, height);
        if (!data.some((value) => value)) {
            throw new Error(`Nothing is drawn on canvas ${index}`);
        }
    },
});

registry.category("web_tour.tours").add("campaign_master_statistics", {
    steps: () => [
        ...openTab("cm_statistics"),
        ...see(`${PAGE} .alert-info:contains(The figures come with the next run)`),
        ...pressButton("Update statistics"),
        ...seeNotification("success", "Statistics are up to date. Recipients changed:"),
        ...see(`${PAGE} canvas[role=img]:count(2)`),
        ...Object.entries(FIELDS).map(([figure, field]) =>
            seeTile(figure, () => readFigure(field))
        ),
        seeTile("opened", countWhoOpened),
        ...[0, 1].map(seeDrawing),
        ...see(`${PAGE}:not(:has(.o_field_widget[name=cm_total_opens]))`),
        ...openTab("cm_contacts"),
        ...see(".o_cm_recipients_tab:not(:has(th[data-name=campaign_id]))"),
        ...click(".o_cm_recipients_tab .o_data_row:first .o_data_cell[name=email]"),
        ...click(".o-form-buttonbox button[name=action_cm_open_engagement]:contains(Campaigns)"),
        ...seeRows(1),
        ...see(".o_data_row:contains(Spring offers) [name=state]:contains(Added)"),
    ],
});
