"""Forms of the compliance pages."""

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.compliance.models import AccessReview, Decision, ProcessingActivity
from crm.compliance.reviews import possible_reviewers
from crm.core.actor import Actor
from crm.core.errors import CrmError
from crm.core.forms import RecordForm

REPLACEMENTS = (("none", _("No role at all")), ("read_only", _("The role Read only")))


class ReviewEditForm(RecordForm):
    GROUPS: ClassVar[tuple[tuple[str | Promise, tuple[str, ...]], ...]] = (
        (_("Access review"), ("name", "due_on", "reviewers")),
    )

    class Meta:
        model = AccessReview
        fields = ["name", "due_on", "reviewers"]
        widgets = {"due_on": forms.DateInput({"type": "date"}), "reviewers": forms.CheckboxSelectMultiple}
        help_texts = {"reviewers": _("People whose role may write compliance. Nobody decides about themselves.")}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        field: Any = self.fields["reviewers"]
        field.queryset = possible_reviewers().for_actor(actor)  # type: ignore[attr-defined]
        if not self.instance._state.adding:
            self.initial["reviewers"] = list(self.instance.reviewers.values_list("pk", flat=True))


class ReviewStartForm(ReviewEditForm):
    GROUPS = ((_("Access review"), ("name", "due_on", "scope", "team", "reviewers")),)

    class Meta(ReviewEditForm.Meta):
        fields = ["name", "due_on", "scope", "team", "reviewers"]
        help_texts = {**ReviewEditForm.Meta.help_texts, "team": _("For the scope “One team” alone.")}


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=Decision.choices, widget=forms.RadioSelect, label=_("Decision"))
    comment = forms.CharField(
        max_length=2000,
        required=False,
        label=_("Comment"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed to revoke: say why."),
    )
    replacement = forms.ChoiceField(
        choices=REPLACEMENTS, required=False, label=_("After a role is revoked, the person has")
    )


class CompletionForm(forms.Form):
    sign_off = forms.CharField(
        max_length=2000,
        label=_("I confirm"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("This sentence and your name close the review; nothing in it changes afterwards."),
    )


class ProcessingActivityForm(RecordForm):
    GROUPS = (
        (_("What is done, and why"), ("name", "lawful_basis", "purpose")),
        (_("Whose data"), ("people", "data")),
        (_("Where they go, and for how long"), ("recipients", "transfers", "retention", "security_measures")),
    )

    class Meta:
        model = ProcessingActivity
        fields = [
            *("name", "lawful_basis", "purpose", "people", "data"),
            *("recipients", "transfers", "retention", "security_measures"),
        ]
        widgets = {
            name: forms.Textarea({"rows": 3})
            for name in ("purpose", "people", "data", "recipients", "transfers", "retention", "security_measures")
        }


class HoldForm(forms.Form):
    """`object` is `contact:<id>`, from the address of the page."""

    object = forms.CharField(max_length=140, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=255, label=_("Reason"), help_text=_("The dispute, the inquiry or the order, and who asked for it.")
    )

    def refused(self, refusal: CrmError) -> "HoldForm":
        for detail in refusal.details or [{"field": "", "message": refusal.message}]:
            self.add_error(detail["field"] if detail["field"] in self.fields else None, detail["message"])
        return self


class ReleaseForm(forms.Form):
    reason = forms.CharField(max_length=255, label=_("Reason"), help_text=_("Why nobody needs it any more."))
