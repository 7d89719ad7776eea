from . import (
    test_account,
    test_add_recipients,
    test_campaign_block,
    test_choices,
    test_connection,
    test_push,
    test_recipient_changes,
    test_recipients,
    test_schedule,
    test_secrets,
    test_sync,
)
