{
    "name": "Campaign Master Connector",
    "summary": "Build campaigns and their recipients in Odoo, launch them in Campaign Master, "
    "read the figures in Odoo",
    "version": "19.0.1.0.0",
    "category": "Marketing/Email Marketing",
    "author": "Campaign Master Connector contributors",
    "website": "https://github.com/campaign-master-connector/campaign_master_connector",
    "license": "LGPL-3",
    "depends": ["crm", "mass_mailing"],
    "external_dependencies": {"python": ["requests"]},
    "data": [
        "security/campaign_master_groups.xml",
        "security/ir.model.access.csv",
        "security/campaign_master_rules.xml",
        "data/ir_cron_data.xml",
        "wizards/campaign_master_add_recipients_views.xml",
        "views/campaign_master_list_views.xml",
        "views/campaign_master_template_views.xml",
        "views/campaign_master_account_views.xml",
        "views/campaign_master_recipient_views.xml",
        "views/campaign_master_sync_log_views.xml",
        "views/utm_campaign_views.xml",
        "views/res_config_settings_views.xml",
        "views/campaign_master_menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "campaign_master_connector/static/src/**/*",
        ],
        "web.assets_tests": [
            "campaign_master_connector/static/tests/tours/**/*",
        ],
    },
    "application": True,
    "installable": True,
}
