import { BaseImportModel } from "@base_import/import_model";
import { patch } from "@web/core/utils/patch";

/** Rows that were left out are told; they keep nobody from importing the rest of the file. */
patch(BaseImportModel.prototype, {
    async _callImport() {
        const result = await super._callImport(...arguments);
        const leftOut = result.messages?.filter((message) => message.left_out) ?? [];
        if (leftOut.length) {
            result.messages = result.messages.filter((message) => !message.left_out);
        }
        for (const { message, type } of leftOut) {
            this.env.services.notification.add(message, { type, sticky: true });
        }
        return result;
    },
});
