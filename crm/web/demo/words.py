"""Word lists of the demo company. Combined at random; no real person or company is meant."""

from pathlib import Path

LISTS = Path(__file__).parent / "words"


def _words(name: str) -> list[str]:
    return (LISTS / f"{name}.txt").read_text().split()


FIRST_NAMES = _words("first_names")

LAST_NAMES = _words("last_names")

FIRST_HALVES = _words("first_halves")

SECOND_HALVES = _words("second_halves")

TRADES = {
    "Logistics": "Transport",
    "Instruments": "Manufacturing",
    "Foods": "Food and drink",
    "Energy": "Energy",
    "Software": "Software",
    "Textiles": "Consumer goods",
    "Medical": "Health care",
    "Architects": "Construction",
    "Robotics": "Manufacturing",
    "Travel": "Travel",
    "Media": "Media",
    "Optics": "Manufacturing",
    "Consulting": "Business services",
    "Furniture": "Consumer goods",
    "Biotech": "Health care",
    "Shipping": "Transport",
    "Analytics": "Software",
    "Learning": "Education",
    "Print": "Media",
    "Water": "Utilities",
    "Insurance": "Finance",
    "Packaging": "Manufacturing",
    "Gardens": "Agriculture",
    "Acoustics": "Manufacturing",
}

# Country: legal forms, numbers that the country's regulator keeps for fiction, and cities with their postal codes.
COUNTRIES = {
    "DE": (("GmbH", "AG"), "+493023125{:03}", (("Berlin", "10115"), ("Hamburg", "20095"), ("Leipzig", "04109"))),
    "GB": (("Ltd", "plc"), "+442079460{:03}", (("London", "EC1A 1AA"), ("Leeds", "LS1 4DY"), ("Bristol", "BS1 5TR"))),
    "US": (("Inc.", "LLC"), "+12125550{:03}", (("New York", "10001"), ("Boston", "02108"), ("Denver", "80202"))),
    "FR": (("SAS", "SARL"), "+33199000{:03}", (("Lyon", "69001"), ("Paris", "75002"), ("Nantes", "44000"))),
    "SE": (("AB",), "+46846500{:03}", (("Stockholm", "111 20"), ("Malmö", "211 22"), ("Uppsala", "753 20"))),
    "AU": (("Pty Ltd",), "+61255500{:03}", (("Sydney", "2000"), ("Newcastle", "2300"), ("Wollongong", "2500"))),
}

STREETS = ("Harbour Street", "Mill Lane", "Station Road", "Market Square", "Garden Row", "Bridge Street", "Canal Walk")
SALUTATIONS = ("", "", "Ms", "Mr", "Dr")
JOBS = {
    "Procurement": ("Head of Procurement", "Buyer", "Category Manager"),
    "Finance": ("CFO", "Financial Controller", "Accountant"),
    "IT": ("CTO", "IT Manager", "Systems Architect"),
    "Sales": ("Sales Director", "Account Manager", "Sales Operations Lead"),
    "Operations": ("COO", "Operations Manager", "Plant Manager"),
    "Management": ("Managing Director", "Founder", "Executive Assistant"),
}
PRODUCTS = (
    "Annual licence",
    "Pilot project",
    "Fleet renewal",
    "Support contract",
    "Rollout phase 2",
    "Starter package",
    "Warehouse upgrade",
    "Training programme",
    "Site expansion",
    "Framework agreement",
    "Data migration",
    "Spare parts contract",
)
LOST_REASONS = ("Price", "Chose another supplier", "No budget this year", "Project stopped", "No answer any more")
NEXT_STEPS = (
    "Send the offer",
    "Call the decision maker",
    "Agree on a date",
    "Check the references",
    "Revise the price",
    "",
)
SUBJECTS = {
    "call": ("Introductory call", "Follow-up call", "Asked about delivery times", "Price discussion", "Reference call"),
    "email": ("Sent the offer", "Answered questions on the contract", "Sent the minutes", "Shared the road map"),
    "meeting": ("Product demonstration", "Workshop on requirements", "Contract negotiation", "Quarterly review"),
    "task": (
        "Prepare the offer",
        "Update the forecast",
        "Check the credit limit",
        "Send samples",
        "Book a demonstration",
    ),
}
NOTES = (
    "Prefers to be called in the morning. Decides together with the finance department.",
    "Current contract with another supplier ends next spring; wants to compare before summer.",
    "Very interested in the reporting features. Asked for two references in the same industry.",
    "Budget is confirmed. The legal department needs about three weeks for the contract.",
    "Delivery times were the deciding point last time; mention the new warehouse.",
    "Met at the trade fair. Wants a short demonstration for the whole team.",
    "Asked for payment in two instalments. Discuss with finance before the next call.",
    "The old contact has left; the new one starts next month.",
)
LABELS = (("Key account", 1), ("Partner", 3), ("Newsletter", 5), ("Trade fair", 6), ("At risk", 8), ("Renewal due", 2))
