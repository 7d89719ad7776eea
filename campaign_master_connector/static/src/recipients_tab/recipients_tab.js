import { Component, onWillUpdateProps, useState, useSubEnv } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { getDefaultConfig, View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * The recipients of one kind as a list of their own inside the campaign's form: a campaign can
 * have a million of them, so nothing of them is loaded with the form.
 */
export class RecipientsTab extends Component {
    static template = "campaign_master_connector.RecipientsTab";
    static components = { View };
    static props = { ...standardWidgetProps, kind: String };

    setup() {
        // The list must not take the form's views, breadcrumbs and pager for its own.
        useSubEnv({ config: { ...getDefaultConfig(), disableSearchBarAutofocus: true } });
        this.state = useState({ version: 0 });
        useBus(this.env.bus, "CAMPAIGN_MASTER:RECIPIENTS_CHANGED", () => this.state.version++);
        onWillUpdateProps((next) => {
            if (next.record.resId === this.props.record.resId) {
                this.state.version++;
            }
        });
    }

    get key() {
        return `${this.props.record.resId}-${this.state.version}`;
    }

    get viewProps() {
        return {
            type: "list",
            resModel: "campaign.master.recipient",
            domain: [
                ["campaign_id", "=", this.props.record.resId],
                ["kind", "=", this.props.kind],
            ],
            context: { cm_hide_campaign: true },
            searchViewId: false,
            loadActionMenus: true,
            loadIrFilters: true,
            noBreadcrumbs: true,
            noContentHelp: _t("Nobody here yet. Add them with the button above."),
            className: "o_cm_recipients_list",
        };
    }
}

registry.category("view_widgets").add("campaign_master_recipients", {
    component: RecipientsTab,
    extractProps: ({ attrs }) => ({ kind: attrs.kind }),
});
