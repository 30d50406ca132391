"""The default pipeline of a new installation."""

from typing import Any

STAGES = (
    ("Prospecting", 10, "open"),
    ("Qualification", 20, "open"),
    ("Proposal", 50, "open"),
    ("Negotiation", 80, "open"),
    ("Won", 100, "won"),
    ("Lost", 0, "lost"),
)


def seed_pipeline(pipeline_model: Any, stage_model: Any) -> None:
    """Only where there is no pipeline at all."""
    if pipeline_model.objects.exists():
        return
    pipeline = pipeline_model.objects.create(name="Sales", is_default=True)
    for position, (name, probability, status) in enumerate(STAGES):
        stage_model.objects.create(
            pipeline=pipeline, name=name, position=position, probability=probability, status=status
        )
