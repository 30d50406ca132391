from crm.compliance.models.processing import LawfulBasis, ProcessingActivity
from crm.compliance.models.reviews import AccessReview, Decision, ItemKind, ReviewItem, Scope

__all__ = [
    "AccessReview",
    "Decision",
    "ItemKind",
    "LawfulBasis",
    "ProcessingActivity",
    "ReviewItem",
    "Scope",
]
