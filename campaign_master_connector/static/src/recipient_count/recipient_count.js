import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { answerOr, useCampaignRecord } from "../campaign_record";

/** The number on the button of recipients; the form doesn't wait for it to be counted. */
export class RecipientCount extends Component {
    static template = "campaign_master_connector.RecipientCount";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ count: false });
        this.keepLast = new KeepLast();
        useCampaignRecord(() => this.load());
    }

    async load() {
        const { resId } = this.props.record;
        this.state.count = resId ? await this.keepLast.add(this.ask(resId)) : 0;
    }

    /** How many there are; what was known before while the server can't be reached. */
    ask(resId) {
        const domain = [["campaign_id", "=", resId]];
        const request = this.orm.silent.searchCount("campaign.master.recipient", domain);
        return answerOr(this.state.count, request);
    }

    get text() {
        return this.state.count === false ? "\u2026" : formatInteger(this.state.count);
    }
}

registry.category("view_widgets").add("campaign_master_recipient_count", {
    component: RecipientCount,
});
