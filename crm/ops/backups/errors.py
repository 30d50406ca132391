"""What can go wrong with backups, each with its code (docs/api-errors.md)."""

from crm.core.errors import CrmError


class BackupError(CrmError):
    """The backup was not made, not proved or not restored; what was good before stays as it was."""

    status, code, message = 503, "backup_failed", "The backup failed. Earlier backups are untouched."


class Running(BackupError):
    status, code, message = 409, "backup_running", "Another backup, check or restore is running. Wait for its end."


class NotEncrypted(BackupError):
    code, message = "backup_not_encrypted", "BACKUP_ENCRYPTION_KEY is not set, and production keeps no open backups."


class NoKey(BackupError):
    code = "backup_no_key"
    message = "No key here opens this backup. Set BACKUP_DECRYPTION_KEY to the identity it was encrypted for."


class NoSpace(BackupError):
    code, message = "backup_no_space", "There is too little room on the disk."


class Damaged(BackupError):
    """The bytes that were kept are not the bytes that were written."""

    code, message = "backup_damaged", "The backup is damaged."


class Different(BackupError):
    """It could be read and restored, and what came out is not what went in."""

    code, message = "backup_different", "What was restored is not what was backed up."


class ToolMissing(BackupError):
    code, message = "backup_tool", "A program that backups need is missing or too old."


class StoreAway(BackupError):
    code, message = "backup_store_away", "The place where backups are kept does not answer."


class NotConfirmed(BackupError):
    status, code, message = 409, "restore_not_confirmed", "The database is not empty, and nobody confirmed its name."


class NoSuchBackup(BackupError):
    status, code, message = 404, "backup_unknown", "There is no such backup."


class Unreachable(BackupError):
    """The moment asked for cannot be reached with what is kept."""

    code, message = "restore_moment_unreachable", "This moment cannot be restored."
