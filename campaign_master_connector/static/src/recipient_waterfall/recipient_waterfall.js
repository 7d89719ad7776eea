import {
    Component,
    onMounted,
    onWillUnmount,
    onWillUpdateProps,
    useState,
} from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SECONDS_BETWEEN_LOOKS = 3;

/** The balance of a campaign's recipients, and how far adding them to the list is. */
export class RecipientWaterfall extends Component {
    static template = "campaign_master_connector.RecipientWaterfall";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ summary: null, mostLeft: 0 });
        this.resId = this.props.record.resId;
        useBus(this.env.bus, "CAMPAIGN_MASTER:RECIPIENTS_CHANGED", () => this.load());
        onMounted(() => this.load());
        onWillUpdateProps((next) => {
            if (next.record.resId !== this.resId) {
                this.state.summary = null;
                this.state.mostLeft = 0;
            }
            this.resId = next.record.resId;
            this.load();
        });
        onWillUnmount(() => clearTimeout(this.timer));
    }

    async load() {
        clearTimeout(this.timer);
        if (!this.resId) {
            return;
        }
        const summary = await this.orm.silent.call("utm.campaign", "cm_recipient_summary", [
            this.resId,
        ]);
        this.state.summary = summary;
        this.lookAgain(summary);
    }

    async look() {
        if (document.hidden) {
            this.lookAgain(this.state.summary);
            return;
        }
        const before = this.state.summary.left;
        const progress = await this.orm.silent.call("utm.campaign", "cm_progress", [this.resId]);
        if (progress.left !== before) {
            await this.load();
        } else {
            Object.assign(this.state.summary, progress);
            this.lookAgain(progress);
        }
    }

    lookAgain({ left, is_synced }) {
        this.state.mostLeft = left ? Math.max(this.state.mostLeft, left) : 0;
        clearTimeout(this.timer);
        if (left && is_synced) {
            this.timer = setTimeout(() => this.look(), SECONDS_BETWEEN_LOOKS * 1000);
        }
    }

    get isPushing() {
        return this.state.summary.is_synced && this.state.summary.left > 0;
    }

    get percent() {
        const { mostLeft, summary } = this.state;
        const done = summary.states.reduce(
            (sum, { state, count }) => (["added", "exists"].includes(state) ? sum + count : sum),
            0
        );
        const whole = Math.max(mostLeft, summary.left) + done;
        return whole ? Math.round((100 * done) / whole) : 0;
    }

    get progressText() {
        const { left, minutes_left, paused } = this.state.summary;
        const number = this.format(left);
        if (paused) {
            return _t("%s to add, paused", number);
        }
        if (minutes_left) {
            return _t("%(number)s to add, about %(minutes)s min left", {
                number,
                minutes: minutes_left,
            });
        }
        return _t("%s to add", number);
    }

    format(number) {
        return formatInteger(number);
    }

    async open(extra) {
        const action = await this.orm.call("utm.campaign", "action_cm_open_recipients", [
            this.resId,
        ]);
        return this.action.doAction({ ...action, domain: [...action.domain, ...extra] });
    }

    async callAndLoad(method) {
        await this.orm.call("utm.campaign", method, [[this.resId]]);
        await this.load();
    }
}

registry.category("view_widgets").add("campaign_master_waterfall", {
    component: RecipientWaterfall,
});
