"""The control panel and the install links, as a browser would use them."""

import html
import re
import socket
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import urllib3

from local.bigcommerce import App, BigCommerce, CallbackUrls, Installation, Server, Store, User
from local.bigcommerce.request_log import Answer
from portal.oauth_scopes import OAUTH_SCOPES

from .conftest import Exchange, ThrowawayApp

HOSTILE = """"'><script>alert(1)</script>&{{ 7*7 }}"""


class Browser:
    def __init__(self, server: Server) -> None:
        self._url = server.url

    def get(self, path: str) -> urllib3.BaseHTTPResponse:
        return urllib3.request("GET", self._url + path, redirect=False)

    def post(self, path: str, **fields: str) -> urllib3.BaseHTTPResponse:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return urllib3.request(
            "POST", self._url + path, body=urlencode(fields), headers=headers, redirect=False
        )

    def page(self, path: str = "/") -> str:
        return text(self.get(path))


@pytest.fixture
def browser(server: Server) -> Browser:
    return Browser(server)


def text(response: urllib3.BaseHTTPResponse) -> str:
    return response.data.decode()


def apps_path(store: Store, user: User, *rest: str) -> str:
    return "/".join([f"/manage/{store.hash}/{user.id}/apps", *rest])


def test_the_start_page_is_the_first_stores(browser: Browser, bigcommerce: BigCommerce) -> None:
    empty = browser.get("/")
    assert empty.status == 404
    assert "There is no store yet." in text(empty)
    store = bigcommerce.add_store("Coffee & Tea")
    assert "No app has been registered." in browser.page()
    bigcommerce.register_app("org", "Early", [])
    page = browser.page()
    assert "Coffee &amp; Tea" in page
    assert f'value="{store.hash}/{store.owner.id}" selected' in page
    assert "The app has no callback URLs yet: nothing is deployed." in page
    assert "Nothing has been requested yet" in page


def test_a_switch_opens_my_apps(browser: Browser, bigcommerce: BigCommerce, store: Store) -> None:
    other = bigcommerce.add_store("Other")
    response = browser.post("/switch", session=f"{other.hash}/{other.staff[0].id}")
    assert response.headers["Location"] == apps_path(other, other.staff[0])
    for nobody in ("", "nothing/1", f"{store.hash}/1"):
        assert browser.post("/switch", session=nobody).status == 404


def test_confirming_frames_the_auth_callback_with_a_code_that_works(
    browser: Browser, app: App, store: Store, exchange: Exchange
) -> None:
    assert "Not installed" in browser.page()
    response = browser.post(apps_path(store, store.owner, app.client_id, "install"))
    (source,) = re.findall(r'<iframe [^>]*src="([^"]+)"', text(response))
    url, _, query = html.unescape(source).partition("?")
    assert url == app.callback_urls.auth
    received = dict(parse_qsl(query))
    assert received.pop("account_uuid") == app.account_uuid
    assert exchange({}).status == 400
    credentials = {"client_id": app.client_id, "client_secret": app.client_secret}
    oauth = {"grant_type": "authorization_code", "redirect_uri": url}
    assert exchange(received | credentials | oauth).status == 200
    page = browser.page()
    assert "Not installed" not in page
    assert f'href="{apps_path(store, store.owner, app.client_id)}">Example Commerce' in page
    # The log shows these requests without secrets.
    assert app.callback_urls.auth in page
    assert "Token endpoint" in page
    assert '<td class="failed">400</td>' in page
    assert "Parameter client_id is missing or is not a string" in page
    assert received["code"] not in page
    assert app.client_secret not in page


def test_each_permission_has_its_name_in_the_portal_and_its_effect(
    browser: Browser, bigcommerce: BigCommerce, store: Store, app: App
) -> None:
    every = bigcommerce.register_app(
        "every", "Every", [*OAUTH_SCOPES, "unlisted"], callback_urls=app.callback_urls
    )
    page = html.unescape(browser.page(apps_path(store, store.owner, every.client_id, "install")))
    assert page.count("<small>The app can ") == len(OAUTH_SCOPES)
    assert "<li>unlisted</li>" in page
    assert (
        "<li>Orders: read-only<small>The app can see what your store has under Orders, "
        "and cannot change it.</small></li>"
    ) in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_the_owner_can_install(browser: Browser, app: App, store: Store, method: str) -> None:
    (assistant,) = store.staff
    assert "Only the store's owner can install it." in browser.page(apps_path(store, assistant))
    response = getattr(browser, method)(apps_path(store, assistant, app.client_id, "install"))
    assert response.status == 403
    assert "<iframe" not in text(response)


@pytest.mark.parametrize("action", ["uninstall", "users/{}/remove"])
@pytest.mark.parametrize(
    ("base_url", "outcome"),
    [(None, "500"), ("http://api.localhost:1", "no answer")],
)
def test_the_apps_answer_has_no_effect(
    browser: Browser,
    bigcommerce: BigCommerce,
    app: App,
    store: Store,
    throwaway_app: type[ThrowawayApp],
    *,
    action: str,
    base_url: str | None,
    outcome: str,
) -> None:
    users = {store.owner, *store.staff}
    bigcommerce.installations[app.client_id, store.hash] = Installation(app, store, "", "t", users)
    throwaway_app.status = 500
    if base_url:
        app.callback_urls = CallbackUrls.under(base_url, "org")
    path = apps_path(store, store.owner, app.client_id, action.format(store.staff[0].id))
    assert browser.post(path).status == 303
    page = browser.page()
    assert f'<td class="failed">{outcome}</td>' in page
    assert "Remove user assistant" not in page


def test_the_log_shows_the_answer_to_a_browser_when_it_is_available() -> None:
    answers: dict[str, Answer] = {}
    log = BigCommerce(find_answer=answers.get).log
    log.add_in_browser("Load", "http://localhost/load?signed_payload_jwt=a")
    (entry,) = log
    assert (entry.outcome, entry.failed) == ("browser", False)
    answers[entry.full_url] = Answer("404", "1-2-3")
    (entry,) = log
    assert (entry.outcome, entry.failed, entry.reason) == ("404", True, "")
    answers[entry.full_url] = Answer("404", "1-2-3", '{"reason": "not installed"}')
    assert [each.reason for each in log] == ["not installed"]
    answers.clear()
    assert [(each.outcome, each.reason) for each in log] == [("404", "not installed")]


def test_hostile_names_stay_text(
    browser: Browser, bigcommerce: BigCommerce, throwaway_app: type[ThrowawayApp]
) -> None:
    store = bigcommerce.add_store(HOSTILE)
    urls = CallbackUrls.under(f'{throwaway_app.base_url}/"><script>alert(2)</script>', HOSTILE)
    app = bigcommerce.register_app(HOSTILE, HOSTILE, [HOSTILE], callback_urls=urls)
    path = apps_path(store, store.owner, app.client_id)
    for response in (
        browser.get("/"),
        browser.get(path),
        browser.get(f"{path}/install"),
        browser.post(f"{path}/install"),
        browser.get(apps_path(store, store.staff[0], app.client_id, "install")),
        browser.get(f"/app/{app.client_id}/install"),
        browser.get(f"/app/{app.client_id}/install/failed"),
    ):
        assert HOSTILE in html.unescape(text(response))
        assert "<script>alert" not in text(response)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "frame-src http: https:;" in policy
        assert response.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/manage/{store}/{user}/apps/nothing",
        "/manage/{store}/{user}/apps/{app}/uninstall",
        "/manage/{store}/{user}/apps/{early}",
        "/manage/{store}/0/apps",
        "/manage/nothing/{user}/apps",
        "/app/nothing/install",
        "/app/{early}/install",
        "/app/{app}/install/other",
    ],
)
def test_an_unknown_path_is_not_found(
    browser: Browser, bigcommerce: BigCommerce, app: App, store: Store, path: str
) -> None:
    early = bigcommerce.register_app("org", "Early", []).client_id
    ids = {"store": store.hash, "user": store.owner.id, "app": app.client_id, "early": early}
    response = browser.get(path.format(**ids))
    assert response.status in (404, 405)
    assert ("Early has no callback URLs yet." in text(response)) == ("early" in path)


def test_an_install_link_leads_to_the_auth_callback(
    browser: Browser, app: App, store: Store, throwaway_app: type[ThrowawayApp]
) -> None:
    page = browser.get(f"/app/{app.client_id}/install")
    assert f'<option value="{store.hash}">' in text(page)
    assert "Products: read-only" in text(page)
    assert throwaway_app.base_url in page.headers["Content-Security-Policy"].split("form-action")[1]
    assert browser.post(f"/app/{app.client_id}/install", store="nothing").status == 404
    response = browser.post(f"/app/{app.client_id}/install", store=store.hash)
    assert response.status == 303
    url, _, query = response.headers["Location"].partition("?")
    assert url == app.callback_urls.auth
    assert dict(parse_qsl(query))["external_install"] == "true"
    assert dict(parse_qsl(query))["context"] == store.context


def test_it_listens_on_loopback_only(server: Server) -> None:
    parts = urlsplit(server.url)
    assert (parts.scheme, parts.hostname) == ("http", "localhost")
    with socket.create_connection(("127.0.0.1", parts.port or 0)) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", parts.port or 0))
