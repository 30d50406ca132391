"""One row on its way in: what was read, what is to be said about it, what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Self

from django.core.exceptions import ValidationError

from crm.core.errors import CrmError, Detail, from_validation_error
from crm.transfer.csv_rows import RawRow

LINK_CREATED = "link_created"
Status = Literal["", "created", "updated", "unchanged", "skipped", "failed"]


@dataclass(slots=True)
class Draft:
    """`values` are cleaned field values, `references` texts that name other records, `reasons` what to report.

    `lists` are the (label, text) pairs of columns that may be many, unread; `beside` are records that a table of its
    own will link to. Where a row holds several records, `parts`
    are what was read of each kind, and `written` what became of it.
    """

    raw: RawRow
    values: dict[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    reasons: list[Detail] = field(default_factory=list)
    status: Status = ""
    record: Any = None
    linked: int = 0
    beside: dict[str, Any] = field(default_factory=dict)
    parts: "dict[str, Draft]" = field(default_factory=dict)
    written: "dict[str, Draft]" = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return not self.status

    @property
    def is_noted(self) -> bool:
        """Came in, but with something to be told beyond the companies made for it."""
        came_in = self.status not in ("failed", "skipped")
        return came_in and any(reason["code"] != LINK_CREATED for reason in self.reasons)

    def again(self) -> Self:
        """As it was read, for another attempt."""
        return replace(
            self,
            values=dict(self.values),
            references=dict(self.references),
            lists=dict(self.lists),
            reasons=list(self.reasons),
            beside=dict(self.beside),
        )

    def go_back_to(self, read: Self) -> None:
        """What an attempt made of it is forgotten; `read` is what `again` answered before."""
        for one in fields(self):
            setattr(self, one.name, getattr(read, one.name))

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


def each_record(drafts: Sequence[Draft]) -> Iterator[tuple[str, Draft]]:
    """(kind, draft) of every record that the rows brought; the kind of a row that holds but one is ""."""
    for draft in drafts:
        if draft.parts:
            yield from draft.written.items()
        else:
            yield "", draft
