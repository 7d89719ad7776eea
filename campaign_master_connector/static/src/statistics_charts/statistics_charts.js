import {
    Component,
    onWillStart,
    onWillUnmount,
    toRaw,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { getColor, getCustomColor, hexToRGBA } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatInteger } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useCampaignRecord } from "../campaign_record";

const { DateTime } = luxon;

const FUNNEL = ["sent", "delivered", "opened", "clicked"];
/** How the language writes a moment of the curve of opens. */
const FORMATS = {
    hour: { weekday: "short", hour: "numeric", minute: "2-digit" },
    day: { day: "numeric", month: "short" },
};
const LOSSES = ["bounced", "unsubscribed"];

/** A campaign's funnel and its first opens over time, drawn from what the records say. */
export class StatisticsCharts extends Component {
    static template = "campaign_master_connector.StatisticsCharts";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ data: null });
        this.funnelRef = useRef("funnel");
        this.opensRef = useRef("opens");
        this.charts = [];
        onWillStart(() => loadBundle("web.chartjs_lib"));
        this.keepLast = new KeepLast();
        useCampaignRecord(() => this.load(this.props.record.resId));
        useEffect(
            () => this.draw(),
            () => [toRaw(this.state.data)]
        );
        onWillUnmount(() => this.forgetCharts());
    }

    async load(resId) {
        if (resId) {
            const data = this.orm.silent.call("utm.campaign", "cm_statistics_charts", [resId]);
            this.state.data = await this.keepLast.add(data);
        }
    }

    get labels() {
        return {
            sent: _t("Sent"),
            delivered: _t("Delivered"),
            opened: _t("Opened"),
            clicked: _t("Clicked"),
            bounced: _t("Bounced"),
            unsubscribed: _t("Unsubscribed"),
        };
    }

    get figures() {
        return [...FUNNEL, ...LOSSES].map((key) => ({
            key,
            label: this.labels[key],
            value: this.state.data.funnel[key],
            text: this.isKnown(key) ? formatInteger(this.state.data.funnel[key]) : "–",
            share: this.isKnown(key) ? this.shareOfSent(this.state.data.funnel[key]) : "",
            hint: key === "opened" ? this.hintOfOpened : "",
        }));
    }

    isKnown(key) {
        return this.state.data.funnel[key] !== false;
    }

    /** Whose figure it is: the campaign's own one is shown with the extended statistics only. */
    get hintOfOpened() {
        if (this.state.data.opened_by === "campaign") {
            return _t("Unique opens, as Campaign Master counts them for the campaign.");
        }
        if (!this.state.data.opened_by) {
            return _t("Who opened the mail is counted for those who see all its recipients.");
        }
        return this.isKnown("opened")
            ? _t("Recipients who opened the mail, counted from their individual statistics.")
            : _t("Who opened the mail comes with the individual statistics, every morning.");
    }

    shareOfSent(value) {
        const share = (100 * value) / this.state.data.funnel.sent;
        return _t("%s % of sent", formatFloat(share, { digits: [0, 1] }));
    }

    get hasOpens() {
        return this.state.data.first_opens.points.length > 0;
    }

    get opensDescription() {
        const { points, unit } = this.state.data.first_opens;
        const total = points.reduce((sum, [, count]) => sum + count, 0);
        const [moment, most] = points.reduce((best, point) => (point[1] > best[1] ? point : best));
        const values = {
            total: formatInteger(total),
            most: formatInteger(most),
            moment: this.formatMoment(moment),
        };
        return unit === "hour"
            ? _t("First opens by hour: %(total)s in all, most (%(most)s) %(moment)s", values)
            : _t("First opens by day: %(total)s in all, most (%(most)s) %(moment)s", values);
    }

    formatMoment(moment) {
        return DateTime.fromISO(moment).toLocaleString(FORMATS[this.state.data.first_opens.unit]);
    }

    forgetCharts() {
        this.charts.forEach((chart) => chart.destroy());
        this.charts = [];
    }

    draw() {
        this.forgetCharts();
        if (this.funnelRef.el) {
            this.charts.push(new Chart(this.funnelRef.el, this.funnelConfig()));
        }
        if (this.opensRef.el) {
            this.charts.push(new Chart(this.opensRef.el, this.opensConfig()));
        }
    }

    get colors() {
        const scheme = cookie.get("color_scheme");
        return {
            text: getCustomColor(scheme, "#111827", "#E4E4E4"),
            grid: getCustomColor(scheme, "#DEE2E6", "#3C3E4B"),
            good: getColor(0, scheme, "sm"),
            bad: getColor(1, scheme, "sm"),
        };
    }

    funnelConfig() {
        const { text, grid, good, bad } = this.colors;
        const figures = this.figures.filter(({ key }) => this.isKnown(key));
        return {
            type: "bar",
            data: {
                labels: figures.map(({ label }) => label),
                datasets: [
                    {
                        data: figures.map(({ value }) => value),
                        backgroundColor: figures.map(({ key }) =>
                            LOSSES.includes(key) ? bad : good
                        ),
                    },
                ],
            },
            options: this.options(text, grid, { indexAxis: "y" }),
        };
    }

    opensConfig() {
        const { text, grid, good } = this.colors;
        const { points } = this.state.data.first_opens;
        return {
            type: "line",
            data: {
                labels: points.map(([moment]) => this.formatMoment(moment)),
                datasets: [
                    {
                        data: points.map(([, count]) => count),
                        borderColor: good,
                        backgroundColor: hexToRGBA(good, 0.2),
                        fill: true,
                        cubicInterpolationMode: "monotone",
                        pointRadius: 2,
                    },
                ],
            },
            options: this.options(text, grid, {}),
        };
    }

    options(text, grid, extra) {
        const ticks = { color: text, precision: 0, maxRotation: 0, autoSkipPadding: 16 };
        const scale = { ticks, grid: { color: grid } };
        return {
            maintainAspectRatio: false,
            animation: false,
            plugins: { legend: { display: false } },
            scales: { x: { ...scale, beginAtZero: true }, y: { ...scale, beginAtZero: true } },
            ...extra,
        };
    }
}

registry.category("view_widgets").add("campaign_master_statistics_charts", {
    component: StatisticsCharts,
});
