"""Makes who walks into a decoy wait a little, without giving our threads away."""

import time
from threading import BoundedSemaphore

from django.conf import settings

# A worker has four threads or more (docs/honeypots.md): at most half of them are ever held up.
MOST_AT_ONCE = 2

_places = BoundedSemaphore(MOST_AT_ONCE)


def slow_down() -> bool:
    """Sleeps HONEYPOT_DELAY_SECONDS; not at all, and False, while as many as may are asleep already."""
    if not _places.acquire(blocking=False):
        return False
    try:
        time.sleep(settings.HONEYPOT_DELAY_SECONDS)
    finally:
        _places.release()
    return True
