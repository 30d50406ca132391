"""Whether a tax id can be one of its country (python-stdnum, ADR 42)."""

from stdnum import get_cc_module

# The number on invoices; where a country has none of that name, the one of the person or business.
KINDS = ("vat", "tin", "ein", "businessid")


def is_possible(country: str, number: str) -> bool:
    """True as well for a country that nobody here knows the rules of."""
    known = [module for kind in KINDS if (module := get_cc_module(country, kind)) is not None]
    return not known or any(module.is_valid(number) for module in known)
