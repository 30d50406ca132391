"""What the templates of lists need."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from crm.lists.columns import Column

register = template.Library()


@register.simple_tag
def cells(row: Any, columns: list[Column]) -> SafeString:
    """The `<td>`s of one row."""
    return SafeString("".join([column.td(row) for column in columns]))  # nosec B703  # escaped cell by cell


@register.simple_tag(takes_context=True)
def carried(context: Any, *without: str, custom_filters: Iterable[Any] = ()) -> SafeString:
    """This page's parameters as hidden fields of a form, but for those named, each or several by one text, and the
    custom filters that the form shows itself."""
    params, left = context["request"].GET, {*" ".join(without).split(), *(one["name"] for one in custom_filters)}
    kept = ((name, value) for name in params if name not in left for value in params.getlist(name))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', kept)
