import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const ENTERED = [
    "cm_username",
    "cm_password",
    "cm_api_url",
    "cm_api_version",
    "cm_client_id",
    "cm_client_secret",
];

/**
 * Tests the login that is entered on the settings page. A button of Odoo's own would have the page
 * saved first, and empty the password that somebody has just typed.
 */
export class TestConnection extends Component {
    static template = "campaign_master_connector.TestConnection";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ isTesting: false });
    }

    async test() {
        const { record } = this.props;
        this.state.isTesting = true;
        try {
            const isDirty = await record.isDirty();
            const entered = Object.fromEntries(
                ENTERED.map((name) => [name, record.data[name] || ""])
            );
            const action = await this.orm.call("res.config.settings", "cm_test_connection", [
                entered,
            ]);
            await this.action.doAction(action);
            if (!isDirty) {
                // What is stored was tested, and the page shows how that went.
                await record.load();
            }
        } finally {
            this.state.isTesting = false;
        }
    }
}

registry
    .category("view_widgets")
    .add("campaign_master_test_connection", { component: TestConnection });
