"""What went between BigCommerce and the apps, for a person to read."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

LOGGED_REQUESTS = 50
IN_BROWSER = "browser"


@dataclass(frozen=True)
class LoggedRequest:
    """One request: `url` has no query, since codes and payloads travel there.

    `outcome` is an HTTP status or a word, `detail` says what was wrong, if anything. `at` is in
    epoch seconds; `milliseconds` is None while nothing is known.
    """

    id: int
    at: float
    name: str
    url: str
    outcome: str
    milliseconds: float | None
    detail: str

    @property
    def time_of_day(self) -> str:
        """The local time, to the second."""
        return time.strftime("%H:%M:%S", time.localtime(self.at))

    @property
    def failed(self) -> bool:
        """Whether anything but a success came back."""
        return self.outcome != IN_BROWSER and not self.outcome.startswith("2")


class RequestLog:
    """The latest requests, the newest first."""

    def __init__(self) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=LOGGED_REQUESTS)
        self._count = 0
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[LoggedRequest]:
        with self._lock:
            return iter(tuple(self._entries))

    def add(
        self,
        name: str,
        url: str,
        outcome: str,
        milliseconds: float | None,
        *,
        detail: str = "",
    ) -> LoggedRequest:
        """Log a request and what came of it."""
        url = urlsplit(url)._replace(query="", fragment="").geturl()
        with self._lock:
            self._count += 1
            entry = LoggedRequest(
                self._count, time.time(), name, url, outcome, milliseconds, detail
            )
            self._entries.appendleft(entry)
        return entry

    def add_in_browser(self, name: str, url: str) -> LoggedRequest:
        """Log what a browser is about to fetch: only the browser will see the status."""
        return self.add(name, url, IN_BROWSER, None)

    def frame_loaded(self, entry_id: int, milliseconds: float) -> None:
        """Note how long the browser took to load a frame."""
        with self._lock:
            for index, entry in enumerate(self._entries):
                if entry.id == entry_id:
                    self._entries[index] = replace(entry, milliseconds=milliseconds)
