from . import campaign_master_add_recipients
