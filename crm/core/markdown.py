"""Markdown as HTML that can do nothing but look nice (ADR 43). What was written is kept as it was written."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}


def as_html(text: str, links: Mapping[str, str] | None = None) -> SafeString:
    """HTML in the text is shown as it stands there, pictures are left out (they would tell a stranger who reads).

    `links` says which words of the plain text lead where: {"@Olive Owner": "/people/7/"}.
    """
    reader = _reader()
    tokens = reader.parse(text)
    if links:
        _link(tokens, {words.casefold(): url for words, url in links.items()})
    return SafeString(  # nosec B703  # cleaned by an allow-list
        nh3.clean(
            reader.renderer.render(tokens, reader.options, {}),
            tags=TAGS,
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES,
            link_rel="noopener noreferrer nofollow",
        )
    )


@cache
def _reader() -> MarkdownIt:
    """CommonMark with tables and struck text; a new line is a new line, as in the box where it was typed."""
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable("image")


def _link(tokens: list[Token], links: Mapping[str, str]) -> None:
    longest_first = sorted(links, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w@.])({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    for token in (one for one in tokens if one.children):
        depth = 0
        children: list[Token] = []
        for child in token.children or ():
            depth += child.nesting if child.type in ("link_open", "link_close") else 0
            children += [child] if depth or child.type != "text" else _linked(child.content, pattern, links)
        token.children = children


def _linked(text: str, pattern: re.Pattern[str], links: Mapping[str, str]) -> Iterator[Token]:
    for at, part in enumerate(pattern.split(text)):
        words = Token("text", "", 0, content=part)
        if at % 2:
            yield Token("link_open", "a", 1, attrs={"href": links[part.casefold()]})
        yield words
        if at % 2:
            yield Token("link_close", "a", -1)
