from . import campaign_master_recipient_report
