"""Files in a folder of this machine, readable by its account alone and on the disk before anybody is told so."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible


@deconstructible
class FolderStorage(FileSystemStorage):
    """Below MEDIA_ROOT."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700, **options})

    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]
        with open(self.path(saved), "rb") as written:
            os.fsync(written.fileno())
        return saved

    def names(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """(name, when it was written) of everything below `prefix`."""
        root = Path(self.base_location)
        for folder, _folders, files in os.walk(root / prefix):
            for file in files:
                path = Path(folder, file)
                yield path.relative_to(root).as_posix(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
