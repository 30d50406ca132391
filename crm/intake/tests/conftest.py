"""An administrator, a mailbox of the house on a real IMAP server, and mails that left before."""

import shutil
import tempfile
from pathlib import Path

import pytest

from accounts.actors import actor_for
from crm.intake import services
from crm.intake.models import Mailbox
from crm.intake.tests.imap_server import PASSWORD, USER, ImapServer

HOUSE = "crm@vouch.example"


@pytest.fixture
def admin(make_user, north):
    return make_user("admin@north.example", role="admin", teams=(north,), full_name="Ada Admin")


@pytest.fixture
def actor(admin):
    return actor_for(admin)


@pytest.fixture
def box(actor):
    """A mailbox of the house, without a server."""
    return services.mailbox_create(actor, password=PASSWORD, address=HOUSE, host="imap.vouch.example", username=USER)


@pytest.fixture
def imap():
    """In a folder of a short name, for sockets have short paths, that the mail's owner may enter."""
    home = Path(tempfile.mkdtemp(prefix="imap"))
    home.chmod(0o755)
    server = ImapServer(home)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def mailbox(actor, imap):
    place = {"host": "localhost", "port": imap.port, "username": USER, "certificate": imap.certificate}
    return services.mailbox_create(actor, password=PASSWORD, address=HOUSE, **place)


@pytest.fixture
def again():
    """The mailbox as the database has it now."""
    return lambda one: Mailbox.objects.get(pk=one.pk)
