import { Component, toRaw, useEffect, useState } from "@odoo/owl";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The number on the button of recipients; the form doesn't wait for it to be counted. */
export class RecipientCount extends Component {
    static template = "campaign_master_connector.RecipientCount";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ count: false });
        this.keepLast = new KeepLast();
        // `data` is another object whenever the form was loaded anew or saved.
        useEffect(
            () => {
                this.load();
            },
            () => [toRaw(this.props.record.data), this.props.record.resId]
        );
    }

    async load() {
        const { resId } = this.props.record;
        this.state.count = resId ? await this.keepLast.add(this.ask(resId)) : 0;
    }

    /** How many there are; what was known before while the server can't be reached. */
    async ask(resId) {
        try {
            return await this.orm.silent.searchCount("campaign.master.recipient", [
                ["campaign_id", "=", resId],
            ]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            return this.state.count;
        }
    }

    get text() {
        return this.state.count === false ? "\u2026" : formatInteger(this.state.count);
    }
}

registry.category("view_widgets").add("campaign_master_recipient_count", {
    component: RecipientCount,
});
