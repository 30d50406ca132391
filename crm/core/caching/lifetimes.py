"""How long what is cached may be used, where no change makes it void sooner."""

from enum import IntEnum


class Lifetime(IntEnum):
    """Seconds. MOMENTS are for the figures of a page, MINUTES and HOURS for reference data, a DAY for what stays."""

    MOMENTS = 30
    MINUTES = 5 * 60
    HOURS = 4 * 3600
    DAY = 24 * 3600


# Without Redis no other process can be told of a change: its memory holds nothing for longer.
ALONE = 5
# For so long past its end a value may still be shown while somebody makes the new one.
GRACE = 60
# A tag outlives whatever was stored under it.
TAGS_LIVE = 2 * Lifetime.DAY
