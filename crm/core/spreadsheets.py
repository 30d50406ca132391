"""Cells that a spreadsheet opens without running them (OWASP, CSV injection)."""

# Full-width signs as well: some spreadsheets read them like the plain ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
HARMLESS = set("+-0123456789 ().,")


def defused(cell: str) -> str:
    """A spreadsheet must not run what somebody wrote into a name; phone numbers and amounts stay as they are."""
    start = cell.lstrip()
    is_formula = start.startswith(FORMULA_STARTS) and not (start[0] in "+-" and set(start) <= HARMLESS)
    return f"'{cell}" if is_formula else cell
