"""A list page with chosen columns and saved views. The view and everything it holds stand in the address."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpResponse
from django.urls import reverse

from crm.core.condition_words import in_words
from crm.core.conditions import parse
from crm.core.pages import ListPage
from crm.core.requests import CrmRequest
from crm.lists.columns import Column, chosen, offered
from crm.lists.models import Visibility
from crm.lists.opening import Opened, open_list
from crm.lists.state import EVERYTHING, names_in


class ViewedListPage(ListPage):
    """`columns` are this list's own, its title among them; `list_url` and `detail_url` are URL names."""

    columns: ClassVar[tuple[Column, ...]]
    joins: ClassVar[tuple[str, ...]] = ()
    list_url: ClassVar[str]
    detail_url: ClassVar[str]
    opened: Opened
    shown: list[Column]

    def get(self, request: CrmRequest) -> HttpResponse:
        self.opened = open_list(type(self), self.actor, request.GET)
        # What follows, templates included, reads the parameters of the view as if the address had spelled them out.
        request.GET = self.opened.params  # type: ignore[assignment]
        self.choice = offered(self.actor, self.model, self.columns)
        self.shown = chosen(self.choice, names_in(request.GET))
        return super().get(request)

    def known(self) -> set[str]:
        return super().known() | {"view", "columns"}

    def joined(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        joins = {*self.joins, *(name for column in self.shown for name in column.joins)}
        prefetches = {name for column in self.shown for name in column.prefetches}
        # None named would mean all.
        rows = rows.select_related(*sorted(joins)) if joins else rows
        return rows.prefetch_related(*self.prefetches, *sorted(prefetches))

    def list_context(self) -> dict[str, Any]:
        list_path = reverse(self.list_url)
        names = [column.name for column in self.shown]
        hidden = [column for column in self.choice if column.name not in names]
        return {
            **super().list_context(),
            "views": self.opened,
            "view": self.opened.view,
            "resource": self.model.RESOURCE,
            "list_path": list_path,
            # Without a parameter the list opens in one's default view.
            "all_path": f"{list_path}?view={EVERYTHING}" if self.opened.default else list_path,
            "view_param": self._view_param(),
            "columns": self.shown,
            "conditions": self._conditions(),
            "filter_match": "any" if self.request.GET.get("filter", "").lstrip().startswith('{"any"') else "all",
            "choosable": [(column, column in self.shown) for column in (*self.shown[1:], *hidden)],
            "detail_url": self.detail_url,
            "default_ordering": self.filters.orderings()[0],
            "is_savable": self.opened.view is None and not self.opened.state.is_plain(),
            "visibilities": self._visibilities(),
            "teams": list(zip(self.actor.team_ids, self.actor.team_names, strict=True)),
        }

    def _conditions(self) -> list[str]:
        """The filter in words."""
        text = self.request.GET.get("filter", "")
        return in_words(parse(text, self.actor, self.filters), self.actor) if text else []

    def _view_param(self) -> str:
        if self.opened.view is not None:
            return str(self.opened.view.pk)
        return EVERYTHING if self.opened.default else ""

    def _visibilities(self) -> list[tuple[str, Any]]:
        may_share = self.actor.team_ids and self.actor.may(f"{self.model.RESOURCE}:write")
        return list(Visibility.choices) if may_share else [(Visibility.PRIVATE.value, Visibility.PRIVATE.label)]
