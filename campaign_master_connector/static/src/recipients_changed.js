/** Triggered on `env.bus` when recipients of a campaign were added, removed or queued anew. */
export const RECIPIENTS_CHANGED = "CAMPAIGN_MASTER:RECIPIENTS_CHANGED";
