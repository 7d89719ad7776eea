{
    "name": "Campaign Master Connector: Job Queue",
    "summary": "Adds recipients to Campaign Master by jobs of a channel with a capacity",
    "version": "19.0.1.1.0",
    "category": "Marketing/Email Marketing",
    "author": "Campaign Master Connector contributors",
    "license": "LGPL-3",
    "depends": ["campaign_master_connector", "queue_job"],
    "data": ["data/queue_job_data.xml"],
    "uninstall_hook": "uninstall_hook",
}
