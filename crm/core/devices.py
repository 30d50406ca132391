"""A user agent in the words people use for their devices; the header is the browser's own claim and proves nothing."""

import re

# First match counts: nearly every browser also names the ones it descends from.
PROGRAMS = (
    ("Edg(?:e|A|iOS)?/", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("(?:Firefox|FxiOS)/", "Firefox"),
    ("HeadlessChrome/|Chromium/", "Chromium"),
    ("(?:Chrome|CriOS)/", "Chrome"),
    ("Version/.* Safari/|AppleWebKit/.*Mobile/", "Safari"),
    ("^curl/", "curl"),
    ("^python-|^Python", "Python"),
)
SYSTEMS = (
    ("iPhone|iPod", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "macOS"),
    ("Linux|X11", "Linux"),
)
UNKNOWN = "Unknown device"


def device_of(agent: str) -> str:
    """`Firefox on Windows`, or as much of it as the header says."""
    program, system = _first(PROGRAMS, agent), _first(SYSTEMS, agent)
    return f"{program} on {system}" if program and system else program or system or UNKNOWN


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((word for pattern, word in table if re.search(pattern, agent)), "")
