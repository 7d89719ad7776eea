import { Component, useEffect, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { listView } from "@web/views/list/list_view";
import { ListController } from "@web/views/list/list_controller";
import { View } from "@web/views/view";
import { formatInteger } from "@web/views/fields/formatters";

/** A list that tells what is selected as a domain, so that "all" is all and not some ids. */
export class RecipientPickerListController extends ListController {
    static props = { ...ListController.props, onPick: { type: Function, optional: true } };

    setup() {
        super.setup();
        useEffect(
            () => this.props.onPick?.(this.picked()),
            () => [this.model.root.selection?.length, this.model.root.isDomainSelected]
        );
    }

    picked() {
        const root = this.model.root;
        if (root.isDomainSelected) {
            return { count: root.count, domain: root.domain };
        }
        const ids = (root.selection || []).map((record) => record.resId);
        return { count: ids.length, domain: [["id", "in", ids]] };
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
            showButtons: false,
            readonly: true,
            allowSelectors: true,
            allowOpenAction: false,
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
            this.env.bus.trigger("CAMPAIGN_MASTER:RECIPIENTS_CHANGED");
        } finally {
            this.state.isAdding = false;
        }
    }
}

function pickRecipients(env, { params }) {
    env.services.dialog.add(RecipientPickerDialog, {
        campaignId: params.campaign_id,
        model: params.model,
        domain: params.domain,
        title: params.title,
        viewId: params.view_id,
    });
}

registry.category("actions").add("campaign_master_pick_recipients", pickRecipients);
