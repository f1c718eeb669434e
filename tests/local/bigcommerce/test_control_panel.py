"""The control panel and the install links, as a browser would use them."""

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import urllib3

from local.bigcommerce import (
    App,
    BigCommerce,
    CallbackUrls,
    Installation,
    Server,
    Store,
    User,
    serve,
)

from .conftest import ORGANIZATION_ID, Exchange, ThrowawayApp, claims

HOSTILE = """"'><script>alert(1)</script>&{{ 7*7 }}"""


class Browser:
    """Fetches pages of the simulated BigCommerce; follows no redirect."""

    def __init__(self, server: Server) -> None:
        self._url = server.url

    def get(self, path: str) -> urllib3.BaseHTTPResponse:
        return urllib3.request("GET", self._url + path, redirect=False)

    def post(self, path: str, **fields: str) -> urllib3.BaseHTTPResponse:
        return urllib3.request("POST", self._url + path, body=urlencode(fields), redirect=False)


@pytest.fixture
def browser(server: Server) -> Browser:
    return Browser(server)


Install = Callable[..., Installation]


@pytest.fixture
def install(bigcommerce: BigCommerce, app: App, store: Store) -> Install:
    """Put the app at the store as if its code had been exchanged, and opened by these users."""

    def put(*users: User) -> Installation:
        installation = Installation(app, store, app.scope, "token", set(users))
        bigcommerce.installations[app.client_id, store.hash] = installation
        return installation

    return put


def text(response: urllib3.BaseHTTPResponse) -> str:
    return response.data.decode()


def frame_url(response: urllib3.BaseHTTPResponse) -> str:
    match = re.search(r'<iframe [^>]*src="([^"]+)"', text(response))
    assert match
    return html.unescape(match[1])


def apps_path(store: Store, user: User, *rest: str) -> str:
    return "/".join([f"/manage/{store.hash}/{user.id}/apps", *rest])


def test_the_start_page_is_the_first_stores_as_its_owner(
    browser: Browser, app: App, store: Store
) -> None:
    response = browser.get("/")
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Coffee &amp; Tea" in text(response)
    assert f'value="{store.hash}/{store.owner.id}" selected' in text(response)
    assert "Example Commerce" in text(response)
    assert "Not installed" in text(response)
    assert "Nothing has been requested yet" in text(response)


def test_an_empty_bigcommerce_says_so(browser: Browser) -> None:
    response = browser.get("/")
    assert response.status == 404
    assert "There is no store yet." in text(response)


def test_a_store_without_apps_says_so(browser: Browser, store: Store) -> None:
    assert "No app has been registered." in text(browser.get("/"))


def test_apps_may_be_framed_and_nothing_else_is_fetched(
    browser: Browser, app: App, store: Store
) -> None:
    response = browser.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "frame-src http: https:;" in policy
    assert "default-src 'none'" in policy
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', text(response))


def test_switching_store_and_user(
    browser: Browser, bigcommerce: BigCommerce, app: App, store: Store
) -> None:
    other = bigcommerce.add_store("Other")
    (assistant,) = other.staff
    response = browser.post("/switch", session=f"{other.hash}/{assistant.id}")
    assert response.status == 303
    assert response.headers["Location"] == apps_path(other, assistant)
    page = text(browser.get(response.headers["Location"]))
    assert f'value="{other.hash}/{assistant.id}" selected' in page
    assert f"store-{other.hash}" in page


@pytest.mark.parametrize("session", ["", "nothing", "nothing/1", "{store}/1", "{store}/"])
def test_switching_to_nobody(browser: Browser, store: Store, session: str) -> None:
    assert browser.post("/switch", session=session.format(store=store.hash)).status == 404


def test_consent_lists_the_scopes_as_the_portal_names_them(
    browser: Browser, app: App, store: Store
) -> None:
    app.scopes = (*app.scopes, "not_in_the_table")
    page = text(browser.get(apps_path(store, store.owner, app.client_id, "install")))
    for name in ("Products (read-only)", "Orders (read-only)", "not_in_the_table"):
        assert f"<li>{name}</li>" in page
    assert "Confirm" in page
    assert f'href="{apps_path(store, store.owner)}">Cancel' in page


def test_consent_to_no_scope(browser: Browser, app: App, store: Store) -> None:
    app.scopes = ()
    page = text(browser.get(apps_path(store, store.owner, app.client_id, "install")))
    assert "nothing in the store" in page


def test_confirming_frames_the_auth_callback_with_a_code_that_works(
    browser: Browser,
    app: App,
    store: Store,
    exchange: Exchange,
) -> None:
    response = browser.post(apps_path(store, store.owner, app.client_id, "install"))
    url, _, query = frame_url(response).partition("?")
    assert url == app.callback_urls.auth
    received = dict(parse_qsl(query))
    assert received.pop("account_uuid") == app.account_uuid
    answer = exchange(
        received
        | {
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "grant_type": "authorization_code",
            "redirect_uri": url,
        }
    )
    assert answer.status == 200
    page = text(browser.get("/"))
    assert "Installed" in page
    assert "Token endpoint" in page
    assert f'href="{apps_path(store, store.owner, app.client_id)}">Example Commerce' in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_the_owner_can_install(browser: Browser, app: App, store: Store, method: str) -> None:
    (assistant,) = store.staff
    assert "Only the store's owner can install it." in text(
        browser.get(apps_path(store, assistant))
    )
    response = getattr(browser, method)(apps_path(store, assistant, app.client_id, "install"))
    assert response.status == 403
    assert "<iframe" not in text(response)


def test_opening_frames_the_load_callback_with_a_fresh_payload(
    browser: Browser, app: App, store: Store, install: Install
) -> None:
    installation = install(store.owner)
    (assistant,) = store.staff
    path = apps_path(store, assistant, app.client_id)
    first, second = (urlsplit(frame_url(browser.get(path))) for _ in range(2))
    assert first.path == f"/{ORGANIZATION_ID}/load"
    assert first.query != second.query
    payload = claims(app, dict(parse_qsl(first.query))["signed_payload_jwt"])
    assert payload["user"]["id"] == assistant.id
    assert payload["owner"]["id"] == store.owner.id
    assert installation.users == {store.owner, assistant}


def test_opening_an_app_that_is_not_installed_shows_what_it_says(
    browser: Browser, bigcommerce: BigCommerce, app: App, store: Store
) -> None:
    response = browser.get(apps_path(store, store.owner, app.client_id))
    assert urlsplit(frame_url(response)).path == f"/{ORGANIZATION_ID}/load"
    assert not bigcommerce.installations


def test_removing_a_user_calls_the_app(
    browser: Browser, app: App, store: Store, install: Install, throwaway_app: ThrowawayApp
) -> None:
    (assistant,) = store.staff
    installation = install(store.owner, assistant)
    path = apps_path(store, store.owner, app.client_id, "users", str(assistant.id), "remove")
    assert f'action="{path}"' in text(browser.get("/"))
    response = browser.post(path)
    assert response.headers["Location"] == apps_path(store, store.owner)
    ((called, query),) = throwaway_app.queries
    assert called == f"/{ORGANIZATION_ID}/remove-user"
    assert throwaway_app.hosts == [urlsplit(throwaway_app.base_url).netloc]
    assert claims(app, query["signed_payload_jwt"])["user"]["id"] == assistant.id
    assert installation.users == {store.owner}
    assert path not in text(browser.get("/"))


def test_no_user_is_removed_when_there_are_not_multiple_users(
    browser: Browser, app: App, store: Store, install: Install
) -> None:
    install(store.owner, *store.staff)
    app.multiple_users = False
    assert "Remove user" not in text(browser.get("/"))


def test_uninstalling_calls_the_app(
    browser: Browser,
    app: App,
    store: Store,
    install: Install,
    throwaway_app: ThrowawayApp,
) -> None:
    install(store.owner)
    path = apps_path(store, store.owner, app.client_id, "uninstall")
    assert f'action="{path}"' in text(browser.get("/"))
    assert browser.post(path).headers["Location"] == apps_path(store, store.owner)
    ((called, query),) = throwaway_app.queries
    assert called == f"/{ORGANIZATION_ID}/uninstall"
    assert claims(app, query["signed_payload_jwt"])["user"]["id"] == store.owner.id
    assert "Not installed" in text(browser.get("/"))


@pytest.mark.parametrize("action", ["uninstall", "users/{}/remove"])
def test_what_the_app_answers_changes_nothing(
    browser: Browser,
    store: Store,
    install: Install,
    throwaway_app: ThrowawayApp,
    action: str,
) -> None:
    app = install(store.owner, *store.staff).app
    throwaway_app.status = 500
    path = apps_path(store, store.owner, app.client_id, action.format(store.staff[0].id))
    assert browser.post(path).status == 303
    page = text(browser.get("/"))
    assert '<td class="failed">500</td>' in page
    assert "Remove user assistant" not in page


@pytest.mark.parametrize("base_url", ["http://api.localhost:1", "https://app.example.com"])
@pytest.mark.parametrize("action", ["uninstall", "users/{}/remove"])
def test_an_app_out_of_reach_changes_nothing(
    browser: Browser, store: Store, install: Install, action: str, base_url: str
) -> None:
    app = install(store.owner, *store.staff).app
    app.callback_urls = CallbackUrls.under(base_url, "org")
    path = apps_path(store, store.owner, app.client_id, action.format(store.staff[0].id))
    assert browser.post(path).status == 303
    page = text(browser.get("/"))
    assert '<td class="failed">no answer</td>' in page
    assert "Remove user assistant" not in page


def test_python_can_call_the_app_too(
    bigcommerce: BigCommerce, app: App, store: Store, install: Install
) -> None:
    installation = install(store.owner, *store.staff)
    assert bigcommerce.remove_user(app, store, store.staff[0]).status == 200
    assert installation.users == {store.owner}
    for _ in range(2):
        assert bigcommerce.uninstall(app, store, store.owner).text.startswith("<!doctype html>")
    assert bigcommerce.remove_user(app, store, store.owner).status == 200
    assert bigcommerce.installation(app, store) is None


def test_the_log_shows_no_code_and_no_payload(
    browser: Browser, app: App, store: Store, install: Install
) -> None:
    install(store.owner)
    code = dict(parse_qsl(urlsplit(_confirm(browser, app, store)).query))["code"]
    browser.post(apps_path(store, store.owner, app.client_id, "uninstall"))
    page = text(browser.get("/"))
    assert app.callback_urls.auth in page
    assert app.callback_urls.uninstall in page
    for confidential in (code, "signed_payload_jwt", "eyJ", app.client_secret):
        assert confidential not in page


def _confirm(browser: Browser, app: App, store: Store) -> str:
    return frame_url(browser.post(apps_path(store, store.owner, app.client_id, "install")))


def test_the_log_says_what_the_token_endpoint_disliked(
    browser: Browser, store: Store, exchange: Exchange
) -> None:
    exchange({})
    page = text(browser.get("/"))
    assert '<td class="failed">400</td>' in page
    assert "Parameter client_id is missing or is not a string" in page


def test_the_browser_reports_how_long_a_frame_took(
    browser: Browser, app: App, store: Store, bigcommerce: BigCommerce
) -> None:
    bigcommerce.log.add("Uninstall", app.callback_urls.uninstall, "200", 1.0)
    page = text(browser.get(apps_path(store, store.owner, app.client_id)))
    match = re.search(r'data-request="(\d+)"', page)
    assert match
    fragment = text(browser.post(f"/requests/{match[1]}", milliseconds="1234"))
    assert fragment.startswith("<table>")
    assert '<td class="number">1234</td>' in fragment
    assert [entry.milliseconds for entry in bigcommerce.log] == [1234, 1.0]


def test_the_log_shows_what_a_browser_was_answered_once_that_is_known(
    throwaway_app: ThrowawayApp,
) -> None:
    statuses: dict[str, str] = {}
    bigcommerce = BigCommerce(status_in_browser=statuses.get)
    store = bigcommerce.add_store("Coffee & Tea")
    urls = CallbackUrls.under(throwaway_app.base_url, "org")
    app = bigcommerce.register_app("org", "Example Commerce", [], callback_urls=urls)
    with serve(bigcommerce) as server:
        browser = Browser(server)
        page = browser.get(apps_path(store, store.owner, app.client_id))
        assert "<td>browser</td>" in text(page)
        statuses[frame_url(page)] = "404"
        assert '<td class="failed">404</td>' in text(browser.get("/"))
        assert "<td>browser</td>" not in text(browser.get("/"))
        statuses.clear()
        statuses[frame_url(browser.get(apps_path(store, store.owner, app.client_id)))] = "302"
        assert [entry.outcome for entry in bigcommerce.log] == ["302", "404"]
        assert "<td>302</td>" in text(browser.get("/"))


@pytest.mark.parametrize(("entry", "milliseconds"), [("x", "1"), ("1", ""), ("1", "-1")])
def test_a_senseless_report_is_refused(browser: Browser, entry: str, milliseconds: str) -> None:
    assert browser.post(f"/requests/{entry}", milliseconds=milliseconds).status == 404


def test_the_log_keeps_the_latest(browser: Browser, bigcommerce: BigCommerce, store: Store) -> None:
    for number in range(60):
        bigcommerce.log.add(f"Request {number}", "http://localhost/", "200", 1.0)
    page = text(browser.get("/"))
    assert page.index("Request 59") < page.index("Request 10<")
    assert "Request 9<" not in page


def test_hostile_names_stay_text(
    browser: Browser, bigcommerce: BigCommerce, throwaway_app: ThrowawayApp
) -> None:
    store = bigcommerce.add_store(HOSTILE)
    urls = CallbackUrls.under(f'{throwaway_app.base_url}/"><script>alert(2)</script>', HOSTILE)
    app = bigcommerce.register_app(HOSTILE, HOSTILE, [HOSTILE], callback_urls=urls)
    bigcommerce.installations[app.client_id, store.hash] = Installation(
        app, store, app.scope, "token", {store.owner}
    )
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
    assert "script-src 'self'" in browser.get("/").headers["Content-Security-Policy"]


def test_an_app_without_callback_urls_waits_for_them(
    browser: Browser, bigcommerce: BigCommerce, store: Store
) -> None:
    app = bigcommerce.register_app("org", "Early", [])
    assert "The app has no callback URLs yet." in text(browser.get("/"))
    response = browser.get(apps_path(store, store.owner, app.client_id))
    assert response.status == 404
    assert "Early has no callback URLs yet." in text(response)
    assert browser.get(f"/app/{app.client_id}/install").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/manage/{store}/{user}",
        "/manage/{store}/{user}/apps/nothing",
        "/manage/{store}/{user}/apps/nothing/install",
        "/manage/{store}/{user}/apps/{app}/uninstall",
        "/manage/{store}/0/apps",
        "/manage/nothing/{user}/apps",
        "/app/nothing/install",
        "/app/{app}",
        "/app/{app}/install/other",
        "/switch",
    ],
)
def test_what_is_not_there(browser: Browser, app: App, store: Store, path: str) -> None:
    path = path.format(store=store.hash, user=store.owner.id, app=app.client_id)
    assert browser.get(path).status == 404


def test_removing_nobody(
    browser: Browser, app: App, store: Store, throwaway_app: ThrowawayApp
) -> None:
    path = apps_path(store, store.owner, app.client_id, "users", "0", "remove")
    assert browser.post(path).status == 404
    assert not throwaway_app.queries


def test_an_install_link_leads_to_the_auth_callback(
    browser: Browser, app: App, store: Store, throwaway_app: ThrowawayApp
) -> None:
    page = browser.get(f"/app/{app.client_id}/install")
    assert f'<option value="{store.hash}">' in text(page)
    assert "Products (read-only)" in text(page)
    assert throwaway_app.base_url in page.headers["Content-Security-Policy"].split("form-action")[1]
    response = browser.post(f"/app/{app.client_id}/install", store=store.hash)
    assert response.status == 303
    url, _, query = response.headers["Location"].partition("?")
    assert url == app.callback_urls.auth
    assert dict(parse_qsl(query))["external_install"] == "true"
    assert dict(parse_qsl(query))["context"] == store.context


def test_an_install_link_needs_a_store(browser: Browser, app: App) -> None:
    assert browser.post(f"/app/{app.client_id}/install", store="nothing").status == 404


@pytest.mark.parametrize(
    ("outcome", "message"),
    [("succeeded", "Example Commerce was installed."), ("failed", "was not installed.")],
)
def test_an_install_link_ends_at_a_page(
    browser: Browser, app: App, outcome: str, message: str
) -> None:
    response = browser.get(f"/app/{app.client_id}/install/{outcome}")
    assert response.status == 200
    assert f"<h1>Install {outcome}</h1>" in text(response)
    assert message in text(response)
