from crm.intake.models.copy_addresses import CopyAddress
from crm.intake.models.letters import Letter, LetterState
from crm.intake.models.mailboxes import Mailbox
from crm.intake.models.received import Outcome, Received

__all__ = ["CopyAddress", "Letter", "LetterState", "Mailbox", "Outcome", "Received"]
