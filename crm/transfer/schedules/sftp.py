"""A file onto an SFTP server: to a server whose key was pinned, under its final name only once it is whole.

Loaded by its name, because the library takes a quarter of a second from every process that has no such server.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import StringIO
from typing import Any, BinaryIO

import paramiko

from crm.core.outgoing import AddressRefused
from crm.outbox.errors import Deferred, Refused, Unreachable
from crm.transfer.schedules.hosts import ensure_allowed

SECONDS = 15
KEY_TYPES: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


@contextmanager
def session(place: Mapping[str, Any]) -> Iterator[paramiko.SFTPClient]:
    """`place` is settings.EXPORT_SFTP. Raises Refused, Deferred, Unreachable: in words, without a secret."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    try:
        _pin(client, place)
        _connect(client, place)
        sftp = client.open_sftp()
        sftp.get_channel().settimeout(SECONDS)  # type: ignore[union-attr]
        yield sftp
    except paramiko.BadHostKeyException as error:
        raise Refused("The SFTP server shows another key than the one that was pinned. Nothing was sent.") from error
    except paramiko.AuthenticationException as error:
        raise Refused("The SFTP server does not let us in: user, key or password are not accepted.") from error
    except AddressRefused as error:
        raise Refused(f"The SFTP server may not be called: {error}") from error
    except PermissionError as error:
        raise Refused("The SFTP server does not let us write there.") from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise Deferred(f"The SFTP server did not take it: {type(error).__name__}: {error}") from error
    finally:
        client.close()


def put(sftp: paramiko.SFTPClient, folder: str, name: str, file: BinaryIO, size: int, attempt: int) -> None:
    """Harmless when repeated: one that is there whole stays as it is, and what earlier attempts left is removed.

    Each attempt has a temporary name of its own, so that two at once cannot write into the same file.
    """
    final, partial = _path(folder, name), _path(folder, f".{name}.{attempt}.part")
    for earlier in range(1, attempt):
        with suppress(FileNotFoundError):
            sftp.remove(_path(folder, f".{name}.{earlier}.part"))
    if _size(sftp, final) == size:
        return
    try:
        sftp.putfo(file, partial, size, confirm=True)
        _rename(sftp, partial, final)
    except (OSError, paramiko.SSHException, EOFError):
        with suppress(OSError, paramiko.SSHException, EOFError):
            sftp.remove(partial)
        raise


def _pin(client: paramiko.SSHClient, place: Mapping[str, Any]) -> None:
    host, port = place["host"], place["port"]
    name = host if port == paramiko.config.SSH_PORT else f"[{host}]:{port}"
    entry = paramiko.hostkeys.HostKeyEntry.from_line(f"{name} {place['host_key']}")
    if entry is None or entry.key is None:
        raise Refused("EXPORT_SFTP_HOST_KEY cannot be read.")
    client.get_host_keys().add(name, entry.key.get_name(), entry.key)


def _connect(client: paramiko.SSHClient, place: Mapping[str, Any]) -> None:
    try:
        connected = socket.create_connection((place["host"], place["port"]), timeout=SECONDS)
    except OSError as error:
        raise Unreachable(f"The SFTP server cannot be reached: {error}") from error
    try:
        ensure_allowed(connected.getpeername()[0])
        client.connect(
            place["host"], place["port"], place["user"], place["password"] or None, _key(place["private_key"]),
            sock=connected, timeout=SECONDS, banner_timeout=SECONDS, auth_timeout=SECONDS, channel_timeout=SECONDS,
            allow_agent=False, look_for_keys=False,
        )  # fmt: skip
    except BaseException:
        connected.close()
        raise


def _key(text: str) -> paramiko.PKey | None:
    for kind in KEY_TYPES if text else ():
        with suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(StringIO(f"{text.strip()}\n"))
    if text:
        raise Refused("EXPORT_SFTP_PRIVATE_KEY cannot be read.")
    return None


def _rename(sftp: paramiko.SFTPClient, old: str, new: str) -> None:
    """At once, also over what is there; servers other than OpenSSH may only know how to do it where nothing is."""
    try:
        sftp.posix_rename(old, new)
    except PermissionError:
        raise
    except OSError:
        sftp.rename(old, new)


def _size(sftp: paramiko.SFTPClient, path: str) -> int | None:
    try:
        return sftp.stat(path).st_size
    except FileNotFoundError:
        return None


def _path(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if folder else name
