"""The HTML of mails: what may be written, and the house style put into each tag, as mail programs want it."""

import re
from collections.abc import Collection
from html import escape
from html.parser import HTMLParser

from crm.outbox.mail_language import TemplateFault

VOID = {"br", "hr", "img"}
ALLOWED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("p", "h1", "h2", "h3", "ul", "ol", "li", "strong", "em", "b", "i", "br", "hr"), ()),
    **dict.fromkeys(("blockquote", "small", "span", "table", "thead", "tbody", "tr"), ()),
    **dict.fromkeys(("td", "th"), ("colspan",)),
    "a": ("href", "title"),
    "img": ("src", "alt", "width"),
}
CLASSES = ("button", "muted", "figure", "box", "lines")
LITERAL_LINK = re.compile(r"(https?://|mailto:)[^\s]+")
VARIABLE_LINK = re.compile(r"{{\s*([a-z][a-z0-9_]*)\s*}}")

FONT = "font-family:Inter,Helvetica,Arial,sans-serif"
STYLES = {
    "h1": f"margin:0 0 16px;{FONT};font-size:22px;line-height:1.3;color:#191c26",
    "h2": f"margin:0 0 16px;{FONT};font-size:20px;line-height:1.3;color:#191c26",
    "h3": f"margin:16px 0 8px;{FONT};font-size:16px;line-height:1.4;color:#191c26",
    "p": f"margin:0 0 16px;{FONT};font-size:15px;line-height:1.55;color:#191c26",
    "li": f"margin:0 0 6px;{FONT};font-size:15px;line-height:1.55;color:#191c26",
    "td": f"padding:6px 12px 6px 0;{FONT};font-size:15px;line-height:1.5;color:#191c26;vertical-align:top",
    "th": f"padding:6px 12px 6px 0;{FONT};font-size:13px;line-height:1.5;color:#5b6275;text-align:left",
    "a": "color:#4353d6",
    "blockquote": "margin:0 0 16px;padding:4px 0 4px 14px;border-left:3px solid #d9dcf5;color:#191c26",
    "hr": "margin:20px 0;border:0;border-top:1px solid #e3e6ef",
    "img": "max-width:100%;height:auto;border:0",
    ".button": f"display:inline-block;padding:12px 20px;border-radius:8px;background-color:#4353d6;{FONT};"
    "font-size:15px;font-weight:600;line-height:1.2;color:#ffffff;text-decoration:none",
    ".muted": "color:#5b6275;font-size:13px",
    ".figure": f"{FONT};font-size:24px;font-weight:600;color:#191c26",
    ".box": "padding:12px 16px;border:1px solid #e3e6ef;border-radius:8px",
    ".lines": "white-space:pre-line",
    ".mail-page": "margin:0;padding:0;background-color:#f4f5fa",
    ".mail-sheet": "max-width:520px;width:100%;background-color:#ffffff;border:1px solid #e3e6ef;border-radius:12px",
    ".mail-body": "padding:32px",
    ".mail-brand": f"margin:0 0 20px;{FONT};font-size:15px;font-weight:700;color:#4353d6",
    ".mail-foot": f"margin:0;padding:16px 32px;{FONT};font-size:12px;line-height:1.5;color:#5b6275",
    ".mail-foot-link": "color:#5b6275",
}
# For programs that follow the reader's theme; they read <style>, the others keep the light one.
DARK = (
    ".mail-page{background-color:#12141b!important}"
    ".mail-sheet{background-color:#1b1e28!important;border-color:#2c3040!important}"
    "h1,h2,h3,p,li,td,.figure,blockquote{color:#e8eaf2!important}"
    "th,.muted,.mail-foot,.mail-foot-link{color:#a3aabf!important}"
    "a,.mail-brand{color:#9aa5ff!important}"
    ".button{background-color:#5b6bf0!important;color:#ffffff!important}"
    ".box,hr{border-color:#2c3040!important}"
)


def check(html: str, links: Collection[str]) -> None:
    """Raises TemplateFault for a tag, attribute or address that a mail may not have. `links` are variables."""
    checker = _Checker(links)
    checker.feed(html)
    checker.close()
    if checker.open:
        raise TemplateFault(f"<{checker.open[-1]}> is not closed.", checker.getpos()[0])


def styled(html: str) -> str:
    """The same with the house style in each tag."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return "".join(writer.parts)


def dark_style(always: bool = False) -> str:
    """`<style>` for dark themes; `always` is for a preview, which has no theme of its own."""
    return f"<style>{dark_rules(always)}</style>"


def dark_rules(always: bool = False) -> str:
    return DARK if always else f"@media (prefers-color-scheme:dark){{{DARK}}}"


class _Checker(HTMLParser):
    def __init__(self, links: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.links, self.open = links, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            raise self._fault(f"<{tag}> is not allowed in a mail.")
        for name, value in attrs:
            self._check(tag, name, value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            raise self._fault(f"<{tag}/> needs an end of its own.")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise self._fault(f"</{tag}> ends nothing that is open here.")

    def handle_decl(self, decl: str) -> None:
        raise self._fault("Only the content is written here; the frame of the mail is ours.")

    def handle_comment(self, data: str) -> None:
        self.handle_decl(data)

    def handle_pi(self, data: str) -> None:
        self.handle_decl(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(data)

    def _check(self, tag: str, name: str, value: str) -> None:
        if name == "class":
            if unknown := [one for one in value.split() if one not in CLASSES]:
                raise self._fault(f"There is no class {unknown[0]}; use {', '.join(CLASSES)}.")
        elif name not in ALLOWED[tag]:
            raise self._fault(f"<{tag}> takes no {name[:30]}.")
        elif name in ("href", "src") and not self._leads_somewhere(value, name == "src"):
            raise self._fault(f"{name} is https://…, mailto:…, or a variable that is a link ({', '.join(self.links)}).")
        elif name in ("width", "colspan") and not value.isdigit():
            raise self._fault(f"{name} is a number.")

    def _leads_somewhere(self, value: str, is_image: bool) -> bool:
        if found := VARIABLE_LINK.fullmatch(value):
            return found[1] in self.links and not is_image
        return bool(LITERAL_LINK.fullmatch(value)) and (not is_image or value.startswith("https://"))

    def _fault(self, message: str) -> TemplateFault:
        return TemplateFault(message, self.getpos()[0])


class _Writer(HTMLParser):
    """Writes what it reads, with styles; text and entities stay as they are."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        style = ";".join(STYLES[key] for key in (tag, *(f".{name}" for name in classes)) if key in STYLES)
        named = [*attrs, ("style", style)] if style else attrs
        given = "".join(f' {name}="{escape(value)}"' if value is not None else f" {name}" for name, value in named)
        self.parts.append(f"<{tag}{given}>")

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self.parts.append(f"<!{decl}>")
