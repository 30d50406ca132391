"""Refusals of the mail room."""

from crm.core.errors import Conflict, NotFound


class NoSuchMail(NotFound):
    code, message = "unknown_mail", "The product sends no mail of this name."


class NotRetryable(Conflict):
    code, message = "delivery_not_retryable", "It was sent, or is being sent: there is nothing to try again."


class NotCancellable(Conflict):
    code, message = "delivery_not_cancellable", "Only what waits can be cancelled."
