"""What an answer, or its absence, means for a delivery and for its endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from crm.core.calling import Answer

BUSY = (429, 503)
LONGEST_WAIT = timedelta(days=1)  # what a Retry-After may ask for
NO_WAIT = timedelta()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`error` is empty for a success. `is_gone`: the endpoint wants no more. `rests` holds everything else back, too:
    for as long as it asked for, or where it cannot be reached at all (`is_away`)."""

    error: str = ""
    is_gone: bool = False
    is_away: bool = False
    rests: timedelta = NO_WAIT


def verdict_on(answer: Answer, at: datetime) -> Verdict:
    """2xx is a success and nothing else is; a redirect is not followed, since it may lead anywhere."""
    if 200 <= answer.status < 300:
        return Verdict()
    if answer.status == 410:
        return Verdict("It answered 410: gone.", is_gone=True)
    if 300 <= answer.status < 400:
        return Verdict(
            f"It answered {answer.status}: a redirect, which is not followed. Enter the address it leads to."
        )
    if answer.status in BUSY and (wait := retry_after(answer.headers, at)):
        return Verdict(f"It answered {answer.status} and asks to wait for {int(wait.total_seconds())} s.", rests=wait)
    return Verdict(f"It answered {answer.status}.")


def retry_after(headers: Mapping[str, str], at: datetime) -> timedelta:
    """Seconds or a date (RFC 9110, 10.2.3), at most a day; nothing for what is neither."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return NO_WAIT
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - at
    return max(NO_WAIT, min(wait, LONGEST_WAIT))
