"""Which of the rows found come first, and which words with a slip mean which: the same on both databases."""

from collections.abc import Iterable

from crm.core.slips import is_one_slip_apart, may_slip, split_words

EQUAL, STARTS, WORDS_START, ELSEWHERE = range(4)


def rank(title: str, words: Iterable[str]) -> int:
    """0 is best: the whole title, its begin, the begins of its words, anywhere. All folded."""
    query = " ".join(words)
    if title.startswith(query):
        return EQUAL if title == query else STARTS
    spaced = f" {' '.join(split_words(title))}"
    return WORDS_START if all(f" {word}" in spaced for word in split_words(query)) else ELSEWHERE


def corrected(text: str, words: Iterable[str]) -> list[str] | None:
    """The words as the record spells them: each stands in its text, or one slip away in its title; None otherwise."""
    title = split_words(text.partition("\n")[0])
    found = [word if word in text else _similar(word, title) for word in words]
    return None if None in found else [word for word in found if word]


def _similar(word: str, title: list[str]) -> str | None:
    return next((other for other in title if may_slip(word) and is_one_slip_apart(word, other)), None)
