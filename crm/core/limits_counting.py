"""Sliding windows of counted events, in Redis or in this process; both count alike.

A window is cut into SLICES; an event counts until its whole slice has left the window, so never too short and at most
one slice too long. Hence no span as long as the window ever holds more than its limit.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

SLICES = 60
MOST_KEYS = 20_000

# KEYS: one hash per counter, slice number → events. ARGV: the moment in ms (0: the server's clock), then limit and
# window in ms for each key. Counts in all or, where one is full, in none. Answers per key: events before, slice,
# ms until the oldest leaves; first of all whether it counted.
TAKE = """
local now = tonumber(ARGV[1])
if now == 0 then
  local clock = redis.call('TIME')
  now = clock[1] * 1000 + math.floor(clock[2] / 1000)
end
local free, answer = 1, {0}
for i, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local width = window / SLICES
  local slice = math.floor(now / width)
  local used, oldest = 0, slice
  local counts = redis.call('HGETALL', key)
  for j = 1, #counts, 2 do
    local at, events = tonumber(counts[j]), tonumber(counts[j + 1])
    if at < slice - SLICES then
      redis.call('HDEL', key, counts[j])
    elseif events > 0 then
      used, oldest = used + events, math.min(oldest, at)
    end
  end
  if used >= limit then free = 0 end
  answer[i + 1] = {used, slice, math.ceil((oldest + SLICES + 1) * width - now)}
end
if free == 1 then
  for i, key in ipairs(KEYS) do
    redis.call('HINCRBY', key, answer[i + 1][2], 1)
    redis.call('PEXPIRE', key, ARGV[2 * i + 1] * 2)
  end
end
answer[1] = free
return answer
""".replace("SLICES", str(SLICES))

# KEYS: one counter. ARGV: the slice an event was counted in.
GIVE_BACK = """
if tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0) > 0 then redis.call('HINCRBY', KEYS[1], ARGV[1], -1) end
return 1
"""


@dataclass(frozen=True, slots=True)
class Counter:
    """At most `limit` events under `key` in `window` ms."""

    key: str
    limit: int
    window: int


@dataclass(frozen=True, slots=True)
class Count:
    """How a counter stood before: `used` events, the oldest of which leaves in `leaves_in` ms."""

    used: int
    slice: int
    leaves_in: int


class Store(Protocol):
    def take(self, counters: Sequence[Counter], now: int = 0) -> tuple[bool, list[Count]]:
        """Counts one event in each counter, or in none if one is full. `now` in ms, 0 for the store's own clock."""

    def give_back(self, key: str, at: int) -> None:
        """Undoes one event that was counted in slice `at`."""


class Memory:
    """Counters of this process alone."""

    def __init__(self) -> None:
        self.counts: dict[str, dict[int, int]] = {}
        self.expires: dict[str, int] = {}
        self.lock = Lock()

    def take(self, counters: Sequence[Counter], now: int = 0) -> tuple[bool, list[Count]]:
        now = now or int(time.time() * 1000)
        with self.lock:
            found = [self._count(counter, now) for counter in counters]
            free = all(count.used < counter.limit for counter, count in zip(counters, found, strict=True))
            for counter, count in zip(counters, found, strict=True) if free else ():
                slices = self.counts.setdefault(counter.key, {})
                slices[count.slice] = slices.get(count.slice, 0) + 1
                self.expires[counter.key] = now + counter.window * 2
            if len(self.counts) > MOST_KEYS:
                self._forget(now)
        return free, found

    def give_back(self, key: str, at: int) -> None:
        with self.lock:
            if self.counts.get(key, {}).get(at, 0) > 0:
                self.counts[key][at] -= 1

    def _count(self, counter: Counter, now: int) -> Count:
        width = counter.window / SLICES
        current = math.floor(now / width)
        slices = self.counts.get(counter.key, {})
        for gone in [at for at, events in slices.items() if at < current - SLICES or not events]:
            del slices[gone]
        oldest = min(slices, default=current)
        return Count(sum(slices.values()), current, math.ceil((oldest + SLICES + 1) * width - now))

    def _forget(self, now: int) -> None:
        """What has expired; and the half that expires first, should that leave too many."""
        by_end = sorted(self.expires, key=lambda key: self.expires[key])
        expired = sum(end < now for end in self.expires.values())
        for key in by_end[: max(expired, len(by_end) - MOST_KEYS // 2)]:
            del self.counts[key], self.expires[key]


class InRedis:
    """Counters that all processes share: one round trip, atomic, by the server's clock.

    Raises redis.RedisError soon when the server does not answer; there is no second try, since memory takes over.
    """

    def __init__(self, url: str) -> None:
        self.client = Redis.from_url(
            url, socket_connect_timeout=0.3, socket_timeout=0.5, retry=Retry(NoBackoff(), 0), protocol=2
        )
        self._take = self.client.register_script(TAKE)
        self._give_back = self.client.register_script(GIVE_BACK)

    def take(self, counters: Sequence[Counter], now: int = 0) -> tuple[bool, list[Count]]:
        figures = [figure for counter in counters for figure in (counter.limit, counter.window)]
        answer: list[Any] = self._take(keys=[counter.key for counter in counters], args=[now, *figures])
        return bool(answer[0]), [Count(*count) for count in answer[1:]]

    def give_back(self, key: str, at: int) -> None:
        self._give_back(keys=[key], args=[at])
