"""What went between BigCommerce and the apps, for a person to read."""

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

    `outcome` is an HTTP status or a word, `detail` says what was wrong, if anything. `at` is in
    epoch seconds; `milliseconds` is None for a browser's. `full_url` is not for showing.
    `answer` is how the app's API answered, as far as that is known.
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
        """Where it went, without the query: codes and payloads travel there."""
        return urlsplit(self.full_url)._replace(query="", fragment="").geturl()

    @property
    def path(self) -> str:
        """The path of its URL."""
        return urlsplit(self.full_url).path

    @property
    def reason(self) -> str:
        """Why the callback was refused, as its function's log says; empty if it was not."""
        logged = json.loads(self.answer.log_line or "{}") if self.answer else {}
        return str(logged.get("reason") or logged.get("error", ""))

    @property
    def time_of_day(self) -> str:
        """The local time, to the second."""
        return time.strftime("%H:%M:%S", time.localtime(self.at))

    @property
    def failed(self) -> bool:
        """Whether anything but a success or a redirect came back."""
        return self.outcome != IN_BROWSER and not self.outcome.startswith(("2", "3"))


class RequestLog:
    """The latest requests, the newest first.

    `find_answer` says how a deployed API answered a URL, None if it was not requested: it is called
    whenever the log is read, until the function's log line is known.
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
        """Log a request and what came of it."""
        with self._lock:
            self._count += 1
            entry = LoggedRequest(
                self._count, time.time(), name, url, outcome, milliseconds, detail
            )
            self._entries[entry.id] = entry
            if len(self._entries) > LOGGED_REQUESTS:
                del self._entries[next(iter(self._entries))]

    def add_in_browser(self, name: str, url: str) -> None:
        """Log what a browser is about to fetch: its status is not seen from here."""
        self.add(name, url, IN_BROWSER, None)

    def _change(self, entry_id: int, **values: Any) -> None:
        with self._lock:
            if entry := self._entries.get(entry_id):
                self._entries[entry_id] = replace(entry, **values)
