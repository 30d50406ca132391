"""How a transport says that a delivery did not work. Anything else it raises counts as `Deferred`."""

from datetime import datetime, timedelta


class NotDelivered(Exception):
    """The message is kept in words at the delivery, where an operator reads it; it holds no secret."""


class Refused(NotDelivered):
    """The other side will never take it: failed at once, without another try."""


class Deferred(NotDelivered):
    """Another try may work, after the usual growing delay or at least `after` (a Retry-After)."""

    def __init__(self, message: str, after: timedelta = timedelta()) -> None:
        super().__init__(message)
        self.after = after


class Postponed(NotDelivered):
    """Nothing was tried, so no try is counted: it is due again at `until`."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class Withheld(NotDelivered):
    """It must not be sent at all, and that is no failure of the other side."""


class Unreachable(Deferred):
    """Not this delivery but the way itself is closed: the others of its kind wait, too, without a try of their own."""
