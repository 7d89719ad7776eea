import { AlertDialog, ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";
import { listView } from "@web/views/list/list_view";
import { ListController } from "@web/views/list/list_controller";
import { formatInteger } from "@web/views/fields/formatters";
import { useViewButtons } from "@web/views/view_button/view_button_hook";
import { RECIPIENTS_CHANGED } from "../recipients_changed";
import { useTabOutOfSearch } from "../tab_out_of_search";

/** Inside a form, which is the page's main part already, the list is not another main part. */
class RecipientsListLayout extends Layout {
    static template = "campaign_master_connector.RecipientsListLayout";
}

/** The list of recipients, on its own or inside the form of a campaign. */
export class RecipientsListController extends ListController {
    static components = { ...ListController.components, Layout: RecipientsListLayout };
    static props = {
        ...ListController.props,
        addLabel: { type: String, optional: true },
        onAdd: { type: Function, optional: true },
    };

    setup() {
        super.setup();
        useTabOutOfSearch(this.rootRef);
        // A button's dialog changes the person when it closes, not when it opens.
        useViewButtons(this.rootRef, { reload: () => this.reloadAll() });
    }

    /** This list, and what the form around it says of the recipients. */
    async reloadAll() {
        await this.model.load();
        this.env.bus.trigger(RECIPIENTS_CHANGED);
    }

    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems();
        items.delete.description = _t("Remove from campaign");
        return items;
    }

    /** Who stays, and why, is said before anybody is removed. */
    async onDeleteSelectedRecords() {
        const { orm, root } = this.model;
        const ids = await root.getResIds(true);
        const answer = await orm.call(root.resModel, "cm_ask_before_removal", [ids]);
        this.dialogService.add(
            answer.removable ? ConfirmationDialog : AlertDialog,
            this.removalDialogProps(ids, answer)
        );
    }

    removalDialogProps(ids, { removable, text }) {
        const title = _t("Remove from campaign");
        if (!removable) {
            return { title, body: text, confirmLabel: _t("Close") };
        }
        const untouched = _t("The leads, contacts and companies themselves stay as they are.");
        return {
            title,
            body: `${text}\n${untouched}`,
            confirm: () => this.removeSelected(ids),
            confirmLabel: _t("Remove"),
            cancel: () => {},
            cancelLabel: _t("Discard"),
        };
    }

    /** Those that may go; who stays, and why, is told. */
    async removeSelected(ids) {
        const { root } = this.model;
        const total = await this.countSelected(ids);
        const notification = await this.model.orm.call(root.resModel, "action_cm_remove", [ids]);
        await this.actionService.doAction(notification);
        if (ids.length < total) {
            this.tellThatThereAreMore(ids.length, total);
        }
        await this.reloadAll();
    }

    /** Of all that match, the web client passes on the ids of the first ones alone. */
    async countSelected(ids) {
        const { activeIdsLimit, orm, root } = this.model;
        if (!root.isDomainSelected || ids.length < activeIdsLimit) {
            return ids.length;
        }
        return orm.searchCount(root.resModel, root.domain, { context: root.context });
    }

    tellThatThereAreMore(count, total) {
        const message = _t(
            "Only the first %(count)s of the %(total)s selected recipients were looked at. Do it " +
                "again for the others; a filter on the state leaves out those that stay.",
            { count: formatInteger(count), total: formatInteger(total) }
        );
        this.model.notification.add(message, { type: "warning" });
    }
}

registry.category("views").add("campaign_master_recipients_list", {
    ...listView,
    Controller: RecipientsListController,
    buttonTemplate: "campaign_master_connector.RecipientsListButtons",
});
