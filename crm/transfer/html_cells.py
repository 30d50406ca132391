"""Notes of other programs are HTML in a cell; ours are Markdown, in which that would stand there as it is."""

import re
from html.parser import HTMLParser

MARKUP = re.compile(
    r"</?(?:p|br|div|span|b|strong|i|em|u|s|a|ul|ol|li|h[1-6]|table|tbody|thead|tr|td|th|img|hr|blockquote|font|style)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
AROUND = {"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~"}
LISTS = {"ul", "ol"}
BLOCKS = {"p", "div", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
LINES = {"br", "tr", "hr"}
UNSEEN = {"style", "script", "head"}


def as_markdown(text: str) -> str:
    """What people read of it, with its lines, lists, emphasis and links; text that is no HTML stays as it is."""
    if not MARKUP.search(text):
        return text
    writer = _Writer()
    writer.feed(text)
    writer.close()
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", "".join(writer.out))).strip()


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.links: list[str] = []
        self.numbers: list[int] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.unseen += tag in UNSEEN
        if tag in LISTS:
            self.out.append("" if self.numbers else "\n\n")
            self.numbers.append(1 if tag == "ol" else 0)
        elif tag in BLOCKS:
            self.out.append("\n\n")
        elif tag in LINES:
            self.out.append("\n")
        elif tag == "li":
            self.out.append(f"\n{'  ' * (len(self.numbers) - 1)}{self._bullet()} ")
        elif tag == "a":
            self.links.append(given.get("href", ""))
            self.out.append("[" if self.links[-1] else "")
        elif tag == "img":
            self.out.append(f"[{given.get('alt') or 'picture'}]({given.get('src', '')})")
        self.out.append(AROUND.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN and self.unseen > 0
        if tag in LISTS and self.numbers:
            self.numbers.pop()
            self.out.append("" if self.numbers else "\n\n")
        if tag == "a" and self.links:
            address = self.links.pop()
            self.out.append(f"]({address})" if address else "")
        self.out.append(AROUND.get(tag, "") or ("\n\n" if tag in BLOCKS else " " if tag in ("td", "th") else ""))

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.out.append(re.sub(r"\s+", " ", data))

    def _bullet(self) -> str:
        if not self.numbers or not self.numbers[-1]:
            return "-"
        self.numbers[-1] += 1
        return f"{self.numbers[-1] - 1}."
