from odoo.exceptions import UserError


def uninstall_hook(env):
    """Remove the jobs: nobody knows their method any more, and the runner would try for ever.

    The schedule adds who is left.

    :raises UserError: while one runs, since it could queue the next one meanwhile
    """
    jobs = env["queue.job"].search(
        [("model_name", "=", "utm.campaign"), ("method_name", "=", "_cm_push_as_job")]
    )
    if "started" in jobs.mapped("state"):
        raise UserError(
            env._(
                "Recipients are being added to Campaign Master by a job right now. Wait a minute, "
                "or pause the campaigns, and uninstall again."
            )
        )
    jobs.unlink()
