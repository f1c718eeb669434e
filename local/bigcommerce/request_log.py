"""The log of requests between BigCommerce and the apps, which the control panel shows."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

LOGGED_REQUESTS = 50
IN_BROWSER = "browser"


@dataclass(frozen=True)
class Answer:
    """A deployed API's answer: HTTP status, request id, and the JSON line its function logged."""

    status: str
    request_id: str = ""
    log_line: str = ""


@dataclass(frozen=True)
class LoggedRequest:
    """One request.

    `outcome` is an HTTP status or a word. `detail` describes a problem. `at` is in epoch seconds.
    `milliseconds` is None for a browser's request. `full_url` contains secrets and is never shown.
    `answer` is the answer of the app's API, or None if it is unknown.
    """

    id: int
    at: float
    name: str
    full_url: str = field(repr=False)
    outcome: str
    milliseconds: float | None
    detail: str
    answer: Answer | None = None

    @property
    def url(self) -> str:
        """The URL without the query, which contains codes and payloads."""
        return urlsplit(self.full_url)._replace(query="", fragment="").geturl()

    @property
    def path(self) -> str:
        """The path of its URL."""
        return urlsplit(self.full_url).path

    @property
    def reason(self) -> str:
        """The reason for a refusal in the function's log; empty if there was none."""
        logged = json.loads(self.answer.log_line or "{}") if self.answer else {}
        return str(logged.get("reason") or logged.get("error", ""))

    @property
    def time_of_day(self) -> str:
        """The local time, to the second."""
        return time.strftime("%H:%M:%S", time.localtime(self.at))

    @property
    def failed(self) -> bool:
        """Whether the answer was neither a success nor a redirect."""
        return self.outcome != IN_BROWSER and not self.outcome.startswith(("2", "3"))


class RequestLog:
    """The latest requests, the newest first.

    `find_answer` returns a deployed API's answer to a URL, or None if no one requested the URL.
    Reading the log calls it until the function's log line is found.
    """

    def __init__(self, find_answer: Callable[[str], Answer | None]) -> None:
        self._find_answer = find_answer
        self._entries: dict[int, LoggedRequest] = {}
        self._count = 0
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[LoggedRequest]:
        with self._lock:
            entries = list(self._entries.values())
        for entry in entries:
            known = entry.answer is not None and entry.answer.log_line
            if not known and (answer := self._find_answer(entry.full_url)):
                outcome = answer.status if entry.outcome == IN_BROWSER else entry.outcome
                self._change(entry.id, outcome=outcome, answer=answer)
        with self._lock:
            return reversed(list(self._entries.values()))

    def add(
        self,
        name: str,
        url: str,
        outcome: str,
        milliseconds: float | None,
        *,
        detail: str = "",
    ) -> None:
        """Log a request and its outcome."""
        with self._lock:
            self._count += 1
            entry = LoggedRequest(
                self._count, time.time(), name, url, outcome, milliseconds, detail
            )
            self._entries[entry.id] = entry
            if len(self._entries) > LOGGED_REQUESTS:
                del self._entries[next(iter(self._entries))]

    def add_in_browser(self, name: str, url: str) -> None:
        """Log a URL that a browser is about to fetch. The status is not visible here."""
        self.add(name, url, IN_BROWSER, None)

    def _change(self, entry_id: int, **values: Any) -> None:
        with self._lock:
            if entry := self._entries.get(entry_id):
                self._entries[entry_id] = replace(entry, **values)
