"""How a transport says that a delivery did not work. Anything else it raises counts as `Deferred`."""

from datetime import timedelta


class NotDelivered(Exception):
    """The message is kept in words at the delivery, where an operator reads it; it holds no secret."""


class Refused(NotDelivered):
    """The other side will never take it: failed at once, without another try."""


class Deferred(NotDelivered):
    """Another try may work, after the usual growing delay or at least `after` (a Retry-After)."""

    def __init__(self, message: str, after: timedelta = timedelta()) -> None:
        super().__init__(message)
        self.after = after


class Unreachable(Deferred):
    """Not this delivery but the way itself is closed: the others of its kind wait, too, without a try of their own."""
