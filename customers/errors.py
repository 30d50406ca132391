"""Error codes of this app."""

from crm.core.errors import BadRequest, Conflict


class LeadConverted(Conflict):
    code = "lead_converted"
    message = "This lead was converted. Only notes can be added; change what it became instead."


class TooManyMatching(BadRequest):
    code = "too_many_matching"
    message = "More than 10,000 records match. Narrow the filters and try again."


class AlreadyUndone(Conflict):
    code = "already_undone"
    message = "This was undone before."
