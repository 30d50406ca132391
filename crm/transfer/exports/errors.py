"""Why a file cannot be had."""

from crm.core.errors import Conflict
from crm.outbox.errors import Deferred


class NotReady(Conflict):
    code, message = "export_not_ready", "This export is not ready yet, or it failed."


class Expired(Conflict):
    code, message = "export_expired", "The file was removed after its time. Run the export again."


class Taken(Deferred):
    """Another process writes it just now, or has taken it over."""

    def __init__(self) -> None:
        super().__init__("Another process writes this export.")
