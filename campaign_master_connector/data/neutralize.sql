-- A copy of the database must not reach the live account: it forgets how to log in.
UPDATE campaign_master_account
   SET enabled = FALSE,
       stored_password = NULL,
       stored_client_secret = NULL,
       token = NULL,
       token_expires_at = NULL,
       connection_state = 'unknown',
       connection_message = NULL;

-- Secrets that were entered in Settings and not saved yet.
UPDATE res_config_settings SET entered_campaign_master_secrets = NULL;
