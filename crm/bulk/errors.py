"""Why an act on many records cannot be carried out, or undone."""

from crm.core.errors import BadRequest, Conflict


class TooManyMatching(BadRequest):
    code = "too_many_matching"
    message = "More than 100,000 records match. Narrow the filters and try again."


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    message = "There is nothing of this left to undo."
