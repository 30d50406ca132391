"""Refusals of the intake."""

from crm.core.errors import Conflict


class AlreadyShared(Conflict):
    code, message = "letter_shared", "It is shared already; change what it became."


class NotFiled(Conflict):
    code, message = "letter_not_filed", "Say first which record it belongs to."
