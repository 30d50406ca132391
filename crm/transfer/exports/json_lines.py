"""One JSON object a line: ids and moments as text, money as text with its cents, yes and no as they are."""

from collections.abc import Sequence

import orjson

from crm.transfer.exports.columns import Column
from crm.transfer.exports.reading import Page

OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


class JsonLines:
    def __init__(self, columns: Sequence[Column]) -> None:
        self.names = [column.name for column in columns]
        self.remarks: dict[str, int] = {}

    def begin(self) -> bytes:
        return b""

    def page(self, page: Page) -> bytes:
        rows = zip(*page, strict=True)
        return b"".join([orjson.dumps(dict(zip(self.names, row, strict=True)), str, OPTIONS) for row in rows])

    def end(self) -> bytes:
        return b""
