import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { FormController } from "@web/views/form/form_controller";

/** A campaign whose list is changed asks first where people are on the list of before. */
export class CampaignFormController extends FormController {
    async onWillSaveRecord(record, changes) {
        const canProceed = await super.onWillSaveRecord(record, changes);
        if (canProceed === false || !record.resId || !("cm_list_id" in changes)) {
            return canProceed;
        }
        const question = await this.orm.call("utm.campaign", "cm_ask_before_list_change", [
            [record.resId],
            changes.cm_list_id,
        ]);
        if (!question) {
            return canProceed;
        }
        changes.cm_list_change_confirmed = await this.isConfirmed(question);
        return changes.cm_list_change_confirmed;
    }

    isConfirmed(question) {
        return new Promise((resolve) => {
            this.dialogService.add(
                ConfirmationDialog,
                {
                    title: _t("Change the list"),
                    body: question,
                    confirmLabel: _t("Change the list"),
                    confirm: () => resolve(true),
                    cancelLabel: _t("Discard"),
                    cancel: () => resolve(false),
                },
                { onClose: () => resolve(false) }
            );
        });
    }
}

registry.category("views").add("campaign_master_campaign_form", {
    ...formView,
    Controller: CampaignFormController,
});
