"""What may stand in a mail template, and that nothing else does."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.outbox.mail_language import Choice, TemplateFault, parse, written
from crm.outbox.mail_markup import check, styled

NAMES = {"name", "link", "note"}
VALUES = {"name": "Olive <b>", "link": "https://x.example/?a=1&b=2", "note": ""}


def said(source, **values):
    return written(parse(source, NAMES), {**VALUES, **values})


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hello {{ name }}.", "Hello Olive <b>."),
        ("{{name}}{{ link }}", "Olive <b>https://x.example/?a=1&b=2"),
        ("{% if note %}N{% else %}none{% endif %}", "none"),
        ("{% if name %}{% if note %}both{% else %}one{% endif %}{% endif %}", "one"),
        ("a { b } % c", "a { b } % c"),
        ("", ""),
    ],
)
def test_values_and_choices_are_written(source, text):
    assert said(source) == text


@pytest.mark.parametrize(
    ("source", "line", "word"),
    [
        ("{{ nobody }}", 1, "no nobody"),
        ("a\nb {{ name.password }}", 2, "not part of the language"),
        ("{{ name|upper }}", 1, "not part of the language"),
        ("{{ name() }}", 1, "not part of the language"),
        ("{{ name['x'] }}", 1, "not part of the language"),
        ("{{ __class__ }}", 1, "not part of the language"),
        ("{% for x in name %}{% endfor %}", 1, "not part of the language"),
        ("{% include 'settings' %}", 1, "not part of the language"),
        ("{% load i18n %}", 1, "not part of the language"),
        ("{# hidden #}", 1, "not part of the language"),
        ("\n\n{% if name %}", 3, "no {% endif %}"),
        ("{% endif %}", 1, "has no {% if %}"),
        ("{% else %}", 1, "has no {% if %}"),
        ("{% if name %}{% else %}{% else %}{% endif %}", 1, "has no {% if %}"),
        ("{% if nobody %}{% endif %}", 1, "no nobody"),
        ("a {{ name", 1, "stands alone"),
        ("\nname }}", 2, "stands alone"),
    ],
)
def test_anything_else_is_refused_with_its_line(source, line, word):
    with pytest.raises(TemplateFault) as fault:
        parse(source, NAMES)
    assert (fault.value.line, word in str(fault.value)) == (line, True), str(fault.value)


def every(nodes):
    for node in nodes:
        yield node
        if isinstance(node, Choice):
            yield from every([*node.then, *node.otherwise])


@given(st.text(alphabet="{}%# namelinkotif\n.|_'\"()<>", max_size=60))
def test_whatever_is_typed_is_written_as_it_stands_or_refused(source):
    """There is no third way, so nothing is ever looked up on a value."""
    try:
        nodes = parse(source, NAMES)
    except TemplateFault:
        return
    named = {node.name for node in every(nodes) if not isinstance(node, str)}
    assert named <= NAMES
    assert set(written(nodes, dict.fromkeys(NAMES, "✓"))) <= {*source, "✓"}


def test_a_value_is_data_even_when_it_looks_like_a_template():
    assert said("{{ name }}", name="{{ link }}{% if note %}") == "{{ link }}{% if note %}"


def test_a_value_is_escaped_where_html_is_written():
    assert written(parse("<p>{{ name }}</p>", NAMES), VALUES, escape) == "<p>Olive &lt;b&gt;</p>"


@pytest.mark.parametrize(
    "html",
    [
        '<p>Hello <strong>{{ name }}</strong><br></p><a class="button" href="{{ link }}">Go</a>',
        '<table><tr><th>When</th><td colspan="2">x</td></tr></table>',
        '<a href="https://vouch.example/a?b=c">x</a><a href="mailto:a@b.example">y</a>',
        '<img src="https://vouch.example/logo.png" alt="Vouch" width="80">',
        "{% if note %}<p>{{ note }}</p>{% endif %}",
        "5 &lt; 6 &amp; “quotes”",
    ],
)
def test_plain_html_is_allowed(html):
    check(html, ["link"])


@pytest.mark.parametrize(
    ("html", "word"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<p onclick='x'>a</p>", "takes no onclick"),
        ("<p style='color:red'>a</p>", "takes no style"),
        ("<iframe src='https://x.example'></iframe>", "<iframe>"),
        ("<form action='https://x.example'></form>", "<form>"),
        ("<style>p{}</style>", "<style>"),
        ("<a href='javascript:alert(1)'>x</a>", "href is https"),
        ("<a href='{{ name }}'>x</a>", "href is https"),
        ("<a href='data:text/html,x'>x</a>", "href is https"),
        ("<a href=' {{ link }}'>x</a>", "href is https"),
        ("<img src='http://x.example/pixel.gif'>", "src is https"),
        ("<img src='{{ link }}'>", "src is https"),
        ("<a {% if note %}href='x'{% endif %}>x</a>", "takes no"),
        ("<p class='mail-page'>x</p>", "no class mail-page"),
        ("<p>open", "<p> is not closed"),
        ("<p><strong>x</p></strong>", "ends nothing"),
        ("</p>", "ends nothing"),
        ("<!doctype html>", "the content is written"),
        ("<!-- hidden -->", "the content is written"),
        ("<p/>", "needs an end"),
    ],
)
def test_what_could_act_or_mislead_is_refused(html, word):
    with pytest.raises(TemplateFault) as fault:
        check(html, ["link"])
    assert word in str(fault.value)


def test_styles_are_put_into_the_tags_and_nothing_else_changes():
    html = '<p class="muted">5 &lt; 6 &#8211; “x”</p><a href="https://x.example/?a=1&amp;b=2">y</a>'
    done = styled(html)
    assert 'style="margin:0 0 16px' in done and "color:#5b6275;font-size:13px" in done
    assert "5 &lt; 6 &#8211; “x”" in done and 'href="https://x.example/?a=1&amp;b=2"' in done
