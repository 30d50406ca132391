"""Documents, where exports go, and backups."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import DirectoryPath, model_validator

from crm.core.environment.naming import HTTP_ENDPOINT, CommaSeparated, Group, NoneIfEmpty, name


class Documents(Group):
    """Documents"""

    MEDIA_ROOT: Annotated[Path | None, NoneIfEmpty] = name(
        None, "the folder of uploaded files ([Documents](documents.md))", without="`media` below `DATA_DIR`"
    )
    S3_BUCKET: str = name("", "the bucket of documents, instead of the folder", without="the folder")
    S3_PREFIX: str = name("", "in front of each object's name, such as `vouch/`", without="none")
    S3_ENDPOINT: str = name(
        "",
        "`https://objects.example.com`: of a store other than Amazon's",
        without="Amazon S3",
        needed="`https://`",
        pattern=HTTP_ENDPOINT,
    )
    S3_REGION: str = name("", "such as `eu-central-1`", without="the one that the SDK finds")
    S3_ACCESS_KEY: str = name("", "who writes there", without="the role of the machine")
    S3_SECRET_KEY: str = name("", "its secret", without="none", needed="both or none")
    DOCUMENT_LARGEST_MB: int = name(25, "the largest document, up to 45", ge=1, le=45)
    DOCUMENT_MOST_PER_RECORD: int = name(
        500, "how many documents a customer, contact, lead or deal may have", ge=1, le=10_000
    )
    DOCUMENT_UNDO_DAYS: int = name(30, "how long a deleted document can be brought back", ge=1, le=365)
    CLAMAV_ADDRESS: str = name(
        "",
        "`tcp://host:3310` or `unix:/run/clamav/clamd.ctl`: ClamAV's daemon, which looks at every file before anybody "
        "gets it",
        without="files are not scanned",
        pattern=r"^((tcp://[^\s/:]+:[0-9]{1,5})|(unix:/[^\s]+))?$",
    )


class Exports(Group):
    """Scheduled exports

    Where files may be delivered, beside a link by e-mail ([Exports](exports.md)). A destination that is not set is not
    offered. Secrets are best given as `NAME_FILE`; they are kept nowhere else.
    """

    EXPORT_S3_BUCKET: str = name("", "the bucket that files are put into", without="no bucket is offered")
    EXPORT_S3_PREFIX: str = name("", "in front of each object's name, such as `vouch/`", without="none")
    EXPORT_S3_ENDPOINT: str = name(
        "",
        "`https://objects.example.com`: of a store other than Amazon's",
        without="Amazon S3",
        needed="`https://`",
        pattern=HTTP_ENDPOINT,
    )
    EXPORT_S3_REGION: str = name("", "such as `eu-central-1`", without="the one that the SDK finds")
    EXPORT_S3_ACCESS_KEY: str = name("", "who writes there", without="the role of the machine")
    EXPORT_S3_SECRET_KEY: str = name("", "its secret", without="none", needed="both or none")
    EXPORT_SFTP_HOST: str = name("", "the SFTP server", without="no server is offered", pattern=r"^[A-Za-z0-9.:-]*$")
    EXPORT_SFTP_PORT: int = name(22, "its port", ge=1, le=65535)
    EXPORT_SFTP_USER: str = name("", "who signs in there", without="none", needed="required with a host")
    EXPORT_SFTP_PASSWORD: str = name("", "how: by a password", without="by a private key")
    EXPORT_SFTP_PRIVATE_KEY: str = name(
        "",
        "how: by a private key in OpenSSH's or PEM form without a passphrase",
        without="by a password",
        needed="one of the two is required with a host",
    )
    EXPORT_SFTP_HOST_KEY: str = name(
        "",
        "the server's public key, as `ssh-keyscan` prints it without the name: `ssh-ed25519 AAAA…`; another one gets "
        "nothing",
        without="none",
        needed="required with a host",
        pattern=r"^((ssh-ed25519|ecdsa-sha2-\S+|ssh-rsa) [A-Za-z0-9+/=]+( .*)?)?$",
    )
    EXPORT_SFTP_FOLDER: str = name("", "the folder on the server", without="the one it opens with")
    EXPORT_PRIVATE_HOSTS: bool = name(
        False,
        "`true` lets bucket and server be in a private network, on the loopback or link-local",
        without="`false`: the public internet alone",
    )

    def sftp(self) -> dict[str, str | int]:
        """What `EXPORT_SFTP_HOST`, `EXPORT_SFTP_PORT` … say, by their names in lower case."""
        names = ("host", "port", "user", "password", "private_key", "host_key", "folder")
        return {one: getattr(self, f"EXPORT_SFTP_{one.upper()}") for one in names}

    @model_validator(mode="after")
    def sftp_is_whole(self) -> Self:
        """A server whose key nobody pinned would be any server."""
        needed = {"EXPORT_SFTP_USER": self.EXPORT_SFTP_USER, "EXPORT_SFTP_HOST_KEY": self.EXPORT_SFTP_HOST_KEY}
        needed["EXPORT_SFTP_PRIVATE_KEY"] = self.EXPORT_SFTP_PRIVATE_KEY or self.EXPORT_SFTP_PASSWORD
        if missing := [one for one, value in needed.items() if self.EXPORT_SFTP_HOST and not value]:
            raise ValueError(f"EXPORT_SFTP_HOST needs {', '.join(missing)}")
        return self


class Backups(Group):
    """Backups

    [Backups](backups.md) says how they are made and restored. `python manage.py generate_secrets --backup-key` makes
    the two keys.
    """

    BACKUP_DIR: Annotated[Path | None, NoneIfEmpty] = name(
        None,
        "the folder that backups grow in, and are kept in unless there is a bucket",
        example="/srv/backups",
        without="`backups` below `DATA_DIR`, and nothing is done by the clock",
    )
    BACKUP_S3_BUCKET: str = name("", "the bucket that they are kept in", without="the folder")
    BACKUP_S3_PREFIX: str = name("", "in front of each object's name, such as `vouch/`", without="none")
    BACKUP_S3_ENDPOINT: str = name(
        "",
        "`https://objects.example.com`: of a store other than Amazon's",
        without="Amazon S3",
        needed="`https://`",
        pattern=HTTP_ENDPOINT,
    )
    BACKUP_S3_REGION: str = name("", "such as `eu-central-1`", without="the one that the SDK finds")
    BACKUP_S3_ACCESS_KEY: str = name("", "who writes there", without="the role of the machine")
    BACKUP_S3_SECRET_KEY: str = name("", "its secret", without="none", needed="both or none")
    BACKUP_ENCRYPTION_KEY: CommaSeparated = name(
        [],
        "whom everything is encrypted for, comma-separated: age recipients (`age1…`), or a secret of at least 32 "
        "characters",
        without="backups are open",
        needed="required where a folder or bucket is named",
    )
    BACKUP_DECRYPTION_KEY: CommaSeparated = name(
        [],
        "the age identities (`AGE-SECRET-KEY-1…`) that open them; for verifying and restoring, and better on another "
        "machine",
        without="a secret in `BACKUP_ENCRYPTION_KEY` opens its own",
    )
    BACKUP_SCRATCH_URL: str = name(
        "",
        "`postgres://…`: a server and role that may create scratch databases to verify in",
        without="those of `DATABASE_URL`",
        pattern=r"^(postgres(ql)?://.+)?$",
    )
    BACKUP_POSTGRES_BIN: Annotated[DirectoryPath | None, NoneIfEmpty] = name(
        None,
        "the folder of `pg_dump`, `pg_restore`, `pg_basebackup`, `pg_ctl`",
        without="wherever this machine has them",
    )
    BACKUP_WAL_DIR: Annotated[Path | None, NoneIfEmpty] = name(
        None, "the folder that the server's `archive_command` fills", without="no point in time"
    )
    BACKUP_VERIFIED_WITHIN_HOURS: int = name(
        8 * 24,
        "how old the last verified backup may be before health is `degraded`",
        without="192 (eight days)",
        ge=1,
        le=366 * 24,
    )
