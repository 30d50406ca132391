"""Error codes of this app."""

from crm.core.errors import Conflict, NotFound


class LeadConverted(Conflict):
    code = "lead_converted"
    message = "This lead was converted. Only notes can be added; change what it became instead."


class IdentifierTaken(Conflict):
    code = "identifier_taken"
    message = "Another customer of the team has this identifier."


class FieldInUse(Conflict):
    code = "field_in_use"
    message = "Records have a value in this field. Archive it instead; the values stay."


class TooManyFields(Conflict):
    code = "too_many_fields"
    message = "A kind of record has at most 100 fields of your own. Archived ones count."


class AlreadyUndone(Conflict):
    code = "already_undone"
    message = "This was undone before."


class NotScannedYet(Conflict):
    code = "not_scanned_yet"
    message = "The file is still being checked for malware. Try again in a moment."
    retry_after = 10


class InfectedFile(Conflict):
    code = "infected_file"
    message = "The scanner found malware in this file. Nobody can download it."


class TooManyDocuments(Conflict):
    code = "too_many_documents"
    message = "There are too many documents here. Delete some first."


class TooManyVersions(Conflict):
    code = "too_many_versions"
    message = "This document has as many versions as it may have. Upload the file as a new document."


class NoPreview(NotFound):
    code = "no_preview"
    message = "There is no preview of this kind of file. Download it."


class EditedSince(Conflict):
    code = "edited_since"
    message = "Something was changed since the merge. Undo it all the same, and what is listed stays as it is now."


class UndoExpired(Conflict):
    code = "undo_expired"
    message = "This can no longer be undone."
