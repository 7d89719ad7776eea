/** Triggered on `env.bus` when a list of recipients removed some of them or queued them anew. */
export const RECIPIENTS_CHANGED = "CAMPAIGN_MASTER:RECIPIENTS_CHANGED";
