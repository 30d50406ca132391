"""The field for a new password: with its meter, and the policy's rules as they are met."""

from typing import Any

from django import forms, template

from accounts.models import PasswordPolicy, User
from accounts.passwords import rules

register = template.Library()


@register.inclusion_tag("account/_new_password.html")
def new_password(field: forms.BoundField, person: Any = None, label: str = "", others: str = "") -> dict[str, Any]:
    """`person` is who gets it; `others` names fields of the form whose words it may not hold (`full_name`)."""
    policy = PasswordPolicy.current()
    requirements = rules.requirements(policy)
    if not isinstance(person, User):  # not one yet, so there are no former passwords
        requirements = [(rule, sentence) for rule, sentence in requirements if rule != "former"]
    return {
        "field": field,
        "label": label or field.label,
        "policy": policy,
        "requirements": requirements,
        "words": " ".join(rules.words_of(person)) if policy.refuse_similar and person is not None else "",
        "others": others if policy.refuse_similar else "",
    }
