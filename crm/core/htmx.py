"""What answers to htmx carry beside their HTML."""

import json
from typing import TypeVar

from django.http import HttpResponse

R = TypeVar("R", bound=HttpResponse)


def with_toast(response: R, message: str, undo_url: str = "", level: str = "success") -> R:
    """Shows a notice once the answer has arrived, with an Undo where there is one."""
    response["HX-Trigger"] = json.dumps({"toast": {"message": message, "level": level, "undo_url": undo_url}})
    return response


def retargeted(response: R, target: str, swap: str = "outerHTML") -> R:
    """Swaps the answer in elsewhere than the request asked for: a refused form instead of the new entry."""
    response["HX-Retarget"] = target
    response["HX-Reswap"] = swap
    return response
