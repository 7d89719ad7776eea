import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { answerOr, useCampaignRecord } from "../campaign_record";
import { RECIPIENTS_CHANGED } from "../recipients_changed";

const MILLISECONDS_BETWEEN_LOOKS = 3000;
const PAGES = { lead: "cm_leads", contact: "cm_contacts", company: "cm_companies" };

/** The balance of a campaign's recipients, and how far adding them to the list is. */
export class RecipientWaterfall extends Component {
    static template = "campaign_master_connector.RecipientWaterfall";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.root = useRef("root");
        this.state = useState({ summary: null, isBusy: false });
        this.keepLast = new KeepLast();
        useBus(this.env.bus, RECIPIENTS_CHANGED, () => this.reloadForm());
        useCampaignRecord(() => this.load());
        useEffect(() => this.showCountsOnTabs());
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get resId() {
        return this.props.record.resId;
    }

    async load() {
        browser.clearTimeout(this.timer);
        if (this.resId !== this.state.summary?.campaignId) {
            this.state.summary = null;
        }
        if (!this.resId) {
            return;
        }
        const campaignId = this.resId;
        const summary = await this.keepLast.add(this.ask("cm_recipient_summary"));
        if (summary) {
            this.state.summary = { ...summary, campaignId };
        }
        this.planLook();
    }

    /** Look how far the push is. */
    async look() {
        if (document.hidden) {
            return this.planLook();
        }
        const { left } = this.state.summary;
        const progress = await this.keepLast.add(this.ask("cm_progress"));
        if (!progress || progress.left === left) {
            Object.assign(this.state.summary, progress);
            return this.planLook();
        }
        return progress.left ? this.load() : this.reloadForm();
    }

    /** What the form says of the last sync, and with it the balance; edits under way are kept. */
    async reloadForm() {
        if (await this.props.record.isDirty()) {
            return this.load();
        }
        return this.props.record.load();
    }

    /** The answer of a method of the campaign, undefined while the server can't be reached. */
    ask(method) {
        return answerOr(undefined, this.orm.silent.call("utm.campaign", method, [this.resId]));
    }

    planLook() {
        browser.clearTimeout(this.timer);
        // Also while it is paused: the batch under way is still finished, and others may resume.
        if (this.state.summary && this.showsProgress) {
            this.timer = browser.setTimeout(() => this.look(), MILLISECONDS_BETWEEN_LOOKS);
        }
    }

    /** On the titles of the tabs, drawn by the style sheet: they are the notebook's own. */
    showCountsOnTabs() {
        const form = this.root.el?.closest(".o_form_view");
        for (const [kind, page] of Object.entries(PAGES)) {
            const tab = form?.querySelector(`.o_notebook_headers .nav-link[name=${page}]`);
            const count = this.state.summary?.kinds[kind];
            if (tab && count) {
                tab.dataset.count = formatInteger(count);
            } else if (tab) {
                delete tab.dataset.count;
            }
        }
    }

    get states() {
        return this.state.summary.states.filter(({ count }) => count);
    }

    /** A pause is shown until it ends, also while nobody waits. */
    get showsProgress() {
        const { is_synced, left, paused } = this.state.summary;
        return paused || (is_synced && left > 0);
    }

    get percent() {
        const { left, states } = this.state.summary;
        const done = states.reduce(
            (sum, { state, count }) => (["added", "exists"].includes(state) ? sum + count : sum),
            0
        );
        return left ? Math.floor((100 * done) / (left + done)) : 100;
    }

    get progressText() {
        const { left, minutes_left, paused } = this.state.summary;
        const number = formatInteger(left);
        if (paused && !left) {
            return _t("Adding is paused; nobody waits now");
        }
        if (paused) {
            return _t("%s to add, paused", number);
        }
        if (minutes_left) {
            return _t("%(number)s to add, about %(minutes)s min left", {
                number,
                minutes: formatInteger(minutes_left),
            });
        }
        return _t("%s to add", number);
    }

    /** A problem that came up after the form was loaded; the form shows the earlier one. */
    get newProblem() {
        const { error } = this.state.summary;
        return error !== this.props.record.data.cm_problem && error;
    }

    format(number) {
        return formatInteger(number);
    }

    async open(...conditions) {
        const action = await this.orm.call("utm.campaign", "action_cm_open_recipients", [
            this.resId,
        ]);
        // Its help is for a campaign that has no recipients at all.
        delete action.help;
        return this.action.doAction({ ...action, domain: [...action.domain, ...conditions] });
    }

    openExcluded(reason) {
        return this.open(["state", "=", "excluded"], ["reason", "=", reason]);
    }

    /** The button isn't disabled meanwhile: it would lose the focus. */
    async pauseOrResume() {
        if (this.state.isBusy) {
            return;
        }
        const method = this.state.summary.paused ? "action_cm_resume" : "action_cm_pause";
        this.state.isBusy = true;
        try {
            const notice = await this.orm.call("utm.campaign", method, [[this.resId]]);
            if (notice) {
                await this.action.doAction(notice);
            }
            await this.load();
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry.category("view_widgets").add("campaign_master_waterfall", {
    component: RecipientWaterfall,
});
