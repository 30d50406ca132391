"""What came of a message, and why."""

from dataclasses import dataclass

from crm.intake.models import Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    why: str = ""
