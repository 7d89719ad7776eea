from . import (
    test_account,
    test_campaign_block,
    test_choices,
    test_connection,
    test_secrets,
)
