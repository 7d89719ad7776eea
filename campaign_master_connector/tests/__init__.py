from . import (
    test_account,
    test_campaign_block,
    test_choices,
    test_connection,
    test_recipient_changes,
    test_recipients,
    test_secrets,
)
