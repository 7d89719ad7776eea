import { Component, useSubEnv } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { getDefaultConfig, View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const ROWS_OF_A_PAGE = 40;

/**
 * The recipients of one kind as a list of their own inside the campaign's form: a campaign can
 * have a million of them, so nothing of them is loaded with the form.
 *
 * `add` is the method of the campaign that lets one pick people, `string` the label of its button.
 */
export class RecipientsTab extends Component {
    static template = "campaign_master_connector.RecipientsTab";
    static components = { View };
    static props = {
        ...standardWidgetProps,
        kind: String,
        add: { type: String, optional: true },
        string: { type: String, optional: true },
    };

    setup() {
        // The list must not take the form's views, breadcrumbs and pager for its own.
        useSubEnv({
            config: { ...getDefaultConfig(), disableSearchBarAutofocus: true },
            isRecipientsTab: true,
        });
    }

    get viewProps() {
        const { record, kind, add, string } = this.props;
        return {
            type: "list",
            resModel: "campaign.master.recipient",
            domain: this.domain(record, kind),
            // The client doesn't hand a key that begins with `show_` on to the next page.
            context: { show_campaign: false },
            limit: ROWS_OF_A_PAGE,
            searchViewId: false,
            loadActionMenus: true,
            loadIrFilters: true,
            noBreadcrumbs: true,
            noContentHelp: _t("Nobody here yet, or nobody who matches the search."),
            ...(add && { addLabel: string, onAdd: () => this.pick() }),
        };
    }

    /** A new array whenever the form was loaded anew or saved, which makes the list load too. */
    domain({ data, resId }, kind) {
        return (
            data && [
                ["campaign_id", "=", resId],
                ["kind", "=", kind],
            ]
        );
    }

    /** As a button of the form would: an unsaved campaign is saved first. */
    pick() {
        return this.env.onClickViewButton({
            clickParams: { type: "object", name: this.props.add },
            getResParams: () => {
                const { context, evalContext, resModel, resId, resIds } = this.props.record;
                return { context, evalContext, resModel, resId, resIds };
            },
        });
    }
}

registry.category("view_widgets").add("campaign_master_recipients", {
    component: RecipientsTab,
    extractProps: ({ attrs }) => ({ kind: attrs.kind, add: attrs.add, string: attrs.string }),
});
