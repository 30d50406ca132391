"""One row on its way in: what was read, what is to be said about it, what became of it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from django.core.exceptions import ValidationError

from crm.core.errors import CrmError, Detail, from_validation_error
from crm.transfer.csv_rows import RawRow

LINK_CREATED = "link_created"
Status = Literal["", "created", "updated", "unchanged", "skipped", "failed"]


@dataclass(slots=True)
class Draft:
    """`values` are cleaned field values, `references` texts that name other records, `reasons` what to report.

    `lists` are the (label, text) pairs of columns that may be many, unread.
    """

    raw: RawRow
    values: dict[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    reasons: list[Detail] = field(default_factory=list)
    status: Status = ""
    record: Any = None
    linked: int = 0

    @property
    def is_open(self) -> bool:
        return not self.status

    @property
    def is_noted(self) -> bool:
        """Came in, but with something to be told beyond the companies made for it."""
        came_in = self.status not in ("failed", "skipped")
        return came_in and any(reason["code"] != LINK_CREATED for reason in self.reasons)

    def note(self, message: str, code: str, name: str = "") -> None:
        """Something worth telling that does not stop the row."""
        self.reasons.append({"field": name, "code": code, "message": message})

    def fail(self, message: str, code: str, name: str = "") -> None:
        self.status = "failed"
        self.note(message, code, name)

    def skip(self, message: str, code: str, name: str = "") -> None:
        self.status = "skipped"
        self.note(message, code, name)

    def refuse(self, error: CrmError | ValidationError) -> None:
        """Fails with every reason of a refusal."""
        coded = from_validation_error(error) if isinstance(error, ValidationError) else error
        for detail in coded.details or [{"field": "", "code": coded.code, "message": coded.message}]:
            self.fail(detail["message"], detail["code"], detail["field"])
