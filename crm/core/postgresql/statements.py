"""The text of a statement without anything that somebody entered, and a short name for it."""

import hashlib
import re

LONGEST_STATEMENT = 2000
# A value that somebody wrote into the text; what Django passes beside it is a placeholder already.
QUOTED = re.compile(r"\$(\w*)\$.*?\$\1\$|[eE]?'(?:[^'\\]|''|\\.)*'", re.S)
NUMBER = re.compile(r"(?<![\w$\".])-?\d+(?:\.\d+)?\b")
COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.S)
MANY = re.compile(r"\((?:\s*(?:%s|\?)\s*,)+\s*(?:%s|\?)\s*\)")
ROWS = re.compile(r"\(…\)(?:, ?\(…\))+")


def without_values(sql: str) -> str:
    text = COMMENT.sub("", QUOTED.sub("?", sql))
    text = " ".join(NUMBER.sub("?", text).split())
    return ROWS.sub("(…)", MANY.sub("(…)", text))[:LONGEST_STATEMENT]


def fingerprint(text: str) -> str:
    """The same for the same statement with other values, and on every machine."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
