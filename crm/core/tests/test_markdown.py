"""Markdown is shown nicely, and nothing in it runs, whatever is tried."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.markdown import ATTRIBUTES, SCHEMES, TAGS, as_html

SHOWN = {
    "**bold** and *soft*": "<p><strong>bold</strong> and <em>soft</em></p>",
    "one\ntwo": "<p>one<br>\ntwo</p>",
    "- a\n- b": "<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
    "~~gone~~": "<p><s>gone</s></p>",
    "1 < 2 & 3": "<p>1 &lt; 2 &amp; 3</p>",
    "<b>Hi</b>": "<p>&lt;b&gt;Hi&lt;/b&gt;</p>",
    "[us](https://acme.example)": '<p><a href="https://acme.example" rel="noopener noreferrer nofollow">us</a></p>',
}


@pytest.mark.parametrize(("text", "html"), SHOWN.items())
def test_what_was_meant_is_shown(text, html):
    assert as_html(text).strip() == html


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "![x](https://tracker.example/pixel.gif)",
    "![x](javascript:alert(1))",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example"onmouseover="alert(1))',
    "[x]: javascript:alert(1)\n\n[x]",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    '```" onmouseover="alert(1)\nx\n```',
    "<style>body{display:none}</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<details open ontoggle=alert(1)>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<form action=//evil.example><button>x</button></form>",
    "<!--><script>alert(1)</script>-->",
    "\u2028<script>alert(1)</script>",
]


class Found(HTMLParser):
    """Tags and attributes as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_harmless(text):
    for tag, attributes in Found(as_html(text)).tags:
        assert tag in TAGS and set(attributes) <= ATTRIBUTES.get(tag, set()) | {"rel"}, (tag, attributes)
        scheme, colon, _rest = (attributes.get("href") or "").partition(":")
        assert not colon or "/" in scheme or scheme.lower() in SCHEMES, attributes


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_that_was_tried_runs(text):
    assert_harmless(text)


@given(st.text(max_size=60), st.sampled_from(ATTACKS), st.text(max_size=60))
def test_nothing_runs_in_the_midst_of_anything(before, attack, after):
    assert_harmless(before + attack + after)


LINKS = {"@Olive Owner": "/p/1/", "@Olive": "/p/2/", "@a.b@c.example": "/p/3/"}
LINKED = {
    "Ask @olive owner, please": 'Ask <a href="/p/1/" rel="noopener noreferrer nofollow">@olive owner</a>, please',
    "**@Olive**": '<strong><a href="/p/2/" rel="noopener noreferrer nofollow">@Olive</a></strong>',
    "@Oliver x@Olive `@Olive`": "@Oliver x@Olive <code>@Olive</code>",
    "[see @Olive](https://x.example)": '<a href="https://x.example" rel="noopener noreferrer nofollow">see @Olive</a>',
    "@a.b@c.example": '<a href="/p/3/" rel="noopener noreferrer nofollow">@a.b@c.example</a>',
}


@pytest.mark.parametrize(("text", "html"), LINKED.items())
def test_words_lead_where_they_are_said_to_but_not_in_code_or_in_a_link(text, html):
    assert as_html(text, LINKS).strip() == f"<p>{html}</p>"
