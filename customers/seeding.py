"""What a new installation starts with."""

from typing import Any

from customers.models.lifecycle import DEFAULTS


def seed_lifecycles(model: Any) -> None:
    """Which status may follow which; what is there already stays."""
    for holder, allowed in DEFAULTS.items():
        model.objects.get_or_create(holder=holder, defaults={"allowed": allowed})
