"""Where an address is, by a MaxMind file when GEOIP_PATH names one: country for rules, position for distances."""

from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import maxminddb
import structlog
from django.conf import settings

EARTH_RADIUS_KM = 6371

log = structlog.get_logger("vouch.geography")


@dataclass(frozen=True, slots=True)
class Place:
    """`country` is an ISO code; a file of countries knows no position."""

    country: str
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None

    def __str__(self) -> str:
        return f"{self.city}, {self.country}" if self.city else self.country


def place_of(address: str) -> Place | None:
    """None without a file, and for an address that the file does not know."""
    reader = _reader(settings.GEOIP_PATH) if settings.GEOIP_PATH else None
    if reader is None:
        return None
    try:
        found: Any = reader.get(address)
    except ValueError:
        return None
    return _place(found) if isinstance(found, dict) else None


def distance_km(one: Place, other: Place) -> float | None:
    """Along the surface (haversine); None where a position is not known."""
    if None in (one.latitude, one.longitude, other.latitude, other.longitude):
        return None
    lat1, lon1, lat2, lon2 = map(radians, (one.latitude, one.longitude, other.latitude, other.longitude))  # type: ignore[arg-type]
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


@lru_cache(maxsize=4)
def _reader(path: Path) -> Any:
    """Kept open. A file that cannot be read is logged once, and the rules do without."""
    try:
        return maxminddb.open_database(path)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        log.error("geoip_unreadable", path=str(path), exc_info=error)
        return None


def _place(found: dict[str, Any]) -> Place | None:
    country = (found.get("country") or found.get("registered_country") or {}).get("iso_code", "")
    where = found.get("location") or {}
    city = (found.get("city") or {}).get("names", {}).get("en", "")
    return Place(country, city, where.get("latitude"), where.get("longitude")) if country else None
