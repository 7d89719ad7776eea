from . import test_account, test_connection, test_secrets
