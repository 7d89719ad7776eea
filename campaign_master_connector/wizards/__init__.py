from . import (
    base_partner_merge,
    campaign_master_add_recipients,
    campaign_master_api_check,
    campaign_master_lift_opt_outs,
)
