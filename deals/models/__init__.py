from deals.models.activity import Activity
from deals.models.deal import Deal, DealContact, StageChange
from deals.models.pipeline import Pipeline, Stage

__all__ = ["Activity", "Deal", "DealContact", "Pipeline", "Stage", "StageChange"]
