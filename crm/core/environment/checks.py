"""Outside production, too, a name that looks like one of ours is worth a word; production refuses it."""

import os
from typing import Any

from django.core.checks import CheckMessage, Warning

from crm.core.environment import misspelt_names


def names_are_known(**_: Any) -> list[CheckMessage]:
    return [
        Warning(f"{name} in the environment is no name of ours; {meant} was meant?", id="vouch.W001")
        for name, meant in misspelt_names(os.environ).items()
    ]
