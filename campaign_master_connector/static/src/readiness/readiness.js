import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** What the first sync needs of the campaign: which of it is there or was refused, as it is filled in. */
export class Readiness extends Component {
    static template = "campaign_master_connector.Readiness";
    static props = { ...standardWidgetProps };

    get labels() {
        return {
            cm_subject: _t("Subject"),
            cm_template_id: _t("Template"),
            cm_list_id: _t("List"),
            cm_description: _t("Description"),
            cm_from_name: _t("From name"),
            cm_from_email: _t("From e-mail"),
        };
    }

    get items() {
        return Object.entries(this.labels).map(([name, label]) => {
            const value = this.props.record.data[name];
            return {
                name,
                label,
                isDone: Boolean(value?.trim?.() ?? value),
                isRefused: name === this.refusedField,
            };
        });
    }

    /** What Campaign Master refused as it is now: the name of a field, or "other". */
    get refusedField() {
        return this.props.record.data.cm_refused_field;
    }

    get isReady() {
        return !this.refusedField && this.items.every(({ isDone }) => isDone);
    }
}

registry.category("view_widgets").add("campaign_master_readiness", { component: Readiness });
