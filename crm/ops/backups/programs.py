"""PostgreSQL's programs: where they are, and running one so that its failure is told in its own words."""

import os
import shutil
import signal
import subprocess  # nosec B404
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from crm.ops.backups.errors import BackupError, NoSpace, ToolMissing

# Where Debian and Red Hat put what belongs to a server, newest first.
SERVERS = (Path("/usr/lib/postgresql"), Path("/usr/pgsql"))
LAST_WORDS = 600


def tool(name: str) -> str:
    """Its path: in BACKUP_POSTGRES_BIN if that is set, else wherever this machine has it. Raises ToolMissing."""
    given = settings.BACKUP_POSTGRES_BIN
    found = shutil.which(name, path=str(given)) if given else shutil.which(name) or _beside_a_server(name)
    if not found:
        where = f" in {given}" if given else ""
        raise ToolMissing(f"There is no {name}{where}. On Debian: apt-get install postgresql-client.")
    return str(found)


def _beside_a_server(name: str) -> str | None:
    folders = sorted((one for root in SERVERS for one in root.glob("*/bin")), reverse=True)
    return shutil.which(name, path=os.pathsep.join(map(str, folders))) if folders else None


@contextmanager
def run(command: Sequence[str], environment: Mapping[str, str], cwd: Path | None = None) -> Iterator[None]:
    """Runs beside what is done within, and is waited for. Raises BackupError, NoSpace; stopped where within fails."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=dict(environment), stderr=said, stdout=said, cwd=cwd)  # noqa: S603  # nosec B603
        try:
            yield
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if code := process.wait():
            said.seek(0)
            raise failure(Path(command[0]).name, said.read().decode(errors="replace"), code)


def failure(program: str, said: str, code: int = 1) -> BackupError:
    """Its last words, or the signal that ended it; a full disk has a code of its own."""
    words = " ".join(said.split())[-LAST_WORDS:] or "it ended without a word"
    if "No space left" in said or "File too large" in said or code == -signal.SIGXFSZ:
        return NoSpace(f"The disk is full: {program}: {words}")
    ended = f" (signal {signal.Signals(-code).name})" if code < 0 else ""
    return BackupError(f"{program} failed{ended}: {words}")
