"""Moves what is encrypted under the newest keys, and says what the former ones are still needed for.

Put the new key in front of its ring and restart first (docs/keys.md). May be stopped and run again at any time. Exit
code 0 only when everything readable is under the newest key and no key is older than 90 days.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import get_resolver
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.ops.hashed import resting_on_former_keys
from crm.ops.keys import LONGEST_LIFE, first_seen, ring, too_old
from crm.ops.reencryption import Outcome, reencrypt_all


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        get_resolver().url_patterns  # noqa: B018 – loads the wiring, where each app registered its part
        now = timezone.now()
        since = first_seen(now)
        outcomes = [self.told(outcome) for outcome in reencrypt_all()]
        self._note(outcomes)
        for rest in resting_on_former_keys(since):
            bound = "" if rest.is_exact else "at most "
            self.stdout.write(f"{rest.name}: {bound}{rest.rows} rows hashed with a former key of {rest.ring}")
        for name, moment in since.items():
            self.stdout.write(f"{name}: {len(ring(name))} in the ring, the newest {(now - moment).days} days old")
        faults = [f"{one.name} has rows that no key reads or that stayed behind" for one in outcomes if not one.is_done]
        old = too_old({name: now - moment for name, moment in since.items()})
        faults += [f"{name} is older than {LONGEST_LIFE.days} days: put a new key in front" for name in old]
        if faults:
            raise CommandError("; ".join(faults))

    def told(self, outcome: Outcome) -> Outcome:
        self.stdout.write(
            f"{outcome.name}: {outcome.moved} moved, {outcome.left} left, {outcome.unreadable} unreadable"
        )
        return outcome

    def _note(self, outcomes: list[Outcome]) -> None:
        """In the trail: rows now → before, for each place."""
        changes = {one.name: (one.moved + one.left, one.left) for one in outcomes if one.moved or not one.is_done}
        record(Actor.system("rotate_keys"), "keys.rotated", None, changes)
