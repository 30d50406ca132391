"""Why a file, as a whole, cannot be imported."""

from crm.core.errors import Conflict, Invalid


class FileRefused(Invalid):
    """`code` says why: empty_file, no_header, too_many_columns, not_text, unknown_encoding."""

    code, message = "file_refused", "This file cannot be imported."

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, code=code, details=[{"field": "file", "code": code, "message": message}])


class WrongState(Conflict):
    code, message = "wrong_state", "It is not at this step any more. Reload the page."


class FileGone(Conflict):
    code, message = (
        "file_gone",
        "The file went with the data of somebody who was erased. Upload it again.",
    )


class Busy(Conflict):
    code, message = "import_running", "This import is already running somewhere else."
