import { Component, reactive, toRaw, useExternalListener, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { answerOr, useCampaignRecord } from "../campaign_record";

/** What the last refresh told, for both widgets of a form: false while none has. */
const told = new WeakMap();

function toldOf(record) {
    const key = toRaw(record);
    if (!told.has(key)) {
        told.set(key, reactive({ answer: false, isBusy: false }));
    }
    return told.get(key);
}

/**
 * Has lists and templates refreshed when the form is there, and when somebody comes back to the
 * window: from Campaign Master, with a new list perhaps. The server decides whether that costs calls.
 */
export class Choices extends Component {
    static template = "campaign_master_connector.Choices";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.told = useState(toldOf(this.props.record));
        useCampaignRecord(() => this.refresh());
        useExternalListener(window, "focus", () => this.refresh());
    }

    async refresh(isAskedFor = false) {
        if (this.told.isBusy) {
            return;
        }
        this.told.isBusy = true;
        try {
            const { resId } = this.props.record;
            const ids = resId ? [resId] : [];
            const request = this.orm.silent.call("utm.campaign", "cm_refresh_choices", [
                ids,
                isAskedFor,
            ]);
            this.told.answer = await answerOr(this.told.answer, request);
        } finally {
            this.told.isBusy = false;
        }
    }
}

/** What is wrong with the connection: as it was when the form opened, then as the refresh found. */
export class ChoicesNotice extends Component {
    static template = "campaign_master_connector.ChoicesNotice";
    static props = { ...standardWidgetProps };

    setup() {
        this.told = useState(toldOf(this.props.record));
    }

    get notice() {
        const { answer } = this.told;
        return answer ? answer.notice : this.props.record.data.cm_connection_notice;
    }
}

registry.category("view_widgets").add("campaign_master_choices", { component: Choices });
registry.category("view_widgets").add("campaign_master_choices_notice", {
    component: ChoicesNotice,
});
