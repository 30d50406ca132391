"""What the environment says about backups, in the order in which the settings name it."""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from crm.core.environment import Environment


class BackupSettings(NamedTuple):
    """Kept in a bucket, or in a folder; with neither named (`is_set`) nothing is done by the clock."""

    s3: dict[str, str]
    folder: Path
    is_set: bool
    encryption_key: list[str]
    decryption_key: list[str]
    scratch_url: str
    postgres_bin: Path | None
    wal_dir: Path | None
    verified_within: timedelta


def backup_settings(env: Environment, data: Path) -> BackupSettings:
    return BackupSettings(
        env.bucket("BACKUP_S3"),
        env.BACKUP_DIR or data / "backups",
        bool(env.BACKUP_DIR or env.BACKUP_S3_BUCKET),
        env.BACKUP_ENCRYPTION_KEY,
        env.BACKUP_DECRYPTION_KEY,
        env.BACKUP_SCRATCH_URL,
        env.BACKUP_POSTGRES_BIN,
        env.BACKUP_WAL_DIR,
        timedelta(hours=env.BACKUP_VERIFIED_WITHIN_HOURS),
    )
