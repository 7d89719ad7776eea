import { toRaw, useComponent, useEffect } from "@odoo/owl";
import { ConnectionLostError } from "@web/core/network/rpc";

/** Call `load` for the campaign of the form, and again whenever it was loaded anew or saved. */
export function useCampaignRecord(load) {
    const component = useComponent();
    useEffect(
        () => {
            load();
        },
        // `data` is another object then.
        () => [toRaw(component.props.record.data), component.props.record.resId]
    );
}

/** What a request answers, or `known` while the server can't be reached. */
export async function answerOr(known, request) {
    try {
        return await request;
    } catch (error) {
        if (!(error instanceof ConnectionLostError)) {
            throw error;
        }
        return known;
    }
}
