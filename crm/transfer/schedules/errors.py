"""Why something cannot be scheduled, run or opened."""

from crm.core.errors import Conflict, CrmError


class TooManySchedules(Conflict):
    code, message = "too_many_export_schedules", "You have as many schedules as one person can have. Delete one first."


class StillRunning(Conflict):
    code, message = "export_run_unfinished", "The last run is not finished yet. Wait for it, then run it again."


class LinkExpired(CrmError):
    status, code = 410, "export_link_expired"
    message = "This link has expired. The next run sends a new one; files that are still kept are under Exports."
