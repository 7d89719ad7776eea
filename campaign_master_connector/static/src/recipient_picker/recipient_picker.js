import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { listView } from "@web/views/list/list_view";
import { ListController } from "@web/views/list/list_controller";
import { View } from "@web/views/view";
import { formatInteger } from "@web/views/fields/formatters";
import { useTabOutOfSearch } from "../tab_out_of_search";

/** A list that tells what is selected as a domain, so that "all" is all and not some ids. */
export class RecipientPickerListController extends ListController {
    static props = { ...ListController.props, onPick: { type: Function, optional: true } };

    setup() {
        super.setup();
        useTabOutOfSearch(this.rootRef);
    }

    async onSelectionChanged() {
        const { root } = this.model;
        if (!root.isDomainSelected) {
            const ids = root.selection.map((record) => record.resId);
            return this.props.onPick?.({ count: ids.length, domain: [["id", "in", ids]] });
        }
        if (root.hasLimitedCount) {
            await root.fetchCount();
        }
        const count = root.isGrouped ? root.recordCount : root.count;
        this.props.onPick?.({ count, domain: root.domain });
    }

    async openRecord(record) {
        record.toggleSelection();
    }
}

registry.category("views").add("campaign_master_recipient_picker", {
    ...listView,
    Controller: RecipientPickerListController,
});

/** Search people, select some or all that match, and make them recipients of a campaign. */
export class RecipientPickerDialog extends Component {
    static template = "campaign_master_connector.RecipientPickerDialog";
    static components = { Dialog, View };
    static props = {
        close: Function,
        campaignId: Number,
        model: String,
        domain: Array,
        title: String,
        viewId: Number,
        warning: String,
        onAdded: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ count: 0, isAdding: false });
        this.domain = [];
        this.viewProps = {
            type: "list",
            resModel: this.props.model,
            viewId: this.props.viewId,
            domain: this.props.domain,
            searchViewId: false,
            loadIrFilters: true,
            noBreadcrumbs: true,
            noContentHelp: _t("Nobody matches the search."),
            showButtons: false,
            readonly: true,
            display: { searchPanel: false },
            onPick: ({ count, domain }) => {
                this.state.count = count;
                this.domain = domain;
            },
        };
    }

    get formattedCount() {
        return formatInteger(this.state.count);
    }

    async add() {
        this.state.isAdding = true;
        try {
            const notification = await this.orm.call("utm.campaign", "cm_add_people", [
                [this.props.campaignId],
                this.props.model,
                this.domain,
            ]);
            this.props.close();
            await this.action.doAction(notification);
            await this.props.onAdded();
        } finally {
            this.state.isAdding = false;
        }
    }
}

const OPENER = ".o_cm_recipients_tab .o_cm_add_recipients";

function pickRecipients(env, { params }, { onClose }) {
    const props = {
        campaignId: params.campaign_id,
        model: params.model,
        domain: params.domain,
        title: params.title,
        viewId: params.view_id,
        warning: params.warning,
        onAdded: () => onClose?.(),
    };
    // The button was disabled while the dialog opened, and has lost the focus by that.
    const giveFocusBack = () => document.querySelector(OPENER)?.focus();
    env.services.dialog.add(RecipientPickerDialog, props, { onClose: giveFocusBack });
}

registry.category("actions").add("campaign_master_pick_recipients", pickRecipients);
