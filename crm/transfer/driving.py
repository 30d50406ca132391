"""Imports in the background, and for who waits for their end."""

from datetime import timedelta
from time import sleep

from django.contrib.auth import get_user_model
from django.utils import timezone

from crm.core.actor import Actor
from crm.transfer.errors import Busy, WrongState
from crm.transfer.models import ImportRun, ImportState
from crm.transfer.rights import actor_behind
from crm.transfer.running import import_step
from crm.transfer.turns import Driver
from crm.transfer.undoing import undo_step

LOOKS_AGAIN = 0.2


def turn(run: ImportRun, seconds: float) -> ImportRun:
    """Goes on with whatever it is at, with the rights of who ordered it."""
    if run.state == ImportState.UNDOING:
        undoer = get_user_model()._default_manager.get(pk=run.rights["person"])
        return undo_step(actor_behind(undoer, run.rights), run, seconds)
    return import_step(actor_behind(run.owner, run.rights), run, seconds)


IMPORTS = Driver("import", "imports", ImportRun, ImportState.moving(), turn)


def drive(actor: Actor, run: ImportRun, seconds: float) -> ImportRun:
    """For who waits for the end: steps it, or waits for whoever does. Raises Forbidden."""
    until = timezone.now() + timedelta(seconds=seconds)
    while run.state == ImportState.RUNNING and (left := (until - timezone.now()).total_seconds()) > 0:
        try:
            run = import_step(actor, run, left)
        except Busy:
            sleep(LOOKS_AGAIN)
            run.refresh_from_db()
        except WrongState:
            run.refresh_from_db()
    return run
