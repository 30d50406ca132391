"""Error codes of lists and their views."""

from crm.core.errors import Conflict


class TooManyViews(Conflict):
    code, message = "too_many_views", "Nobody keeps more than 100 views of one list. Delete one first."


class ViewNameTaken(Conflict):
    code, message = "view_name_taken", "You already have a view of this name for this list."
