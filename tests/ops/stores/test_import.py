"""`import`: stores of an app that ran elsewhere, each once, if its token is valid."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local.backend import LocalBackend
from local.bigcommerce import App, Store, load_url, uninstall_url
from local.loopback_http import get
from ops.errors import CommandError
from ops.stores.bigcommerce_api import Answer, BigCommerceApi, Verdict
from ops.stores.token_file import read
from tests.ops.stores.conftest import (
    ENDED_EARLY,
    HEADING,
    SCOPE,
    TOKEN,
    Run,
    entries,
    install,
    line,
    token_of,
)

# As long as those of BigCommerce.
BIGCOMMERCES = "t0k3n" * 6 + "s"


def record(run: Run, store: Store) -> dict[str, Any]:
    """A store's record, without what the reconciler writes at any time."""
    items = json.loads(run("show", store.hash, "--json").out)
    return {name: items["STORE"][name] for name in items["STORE"] if "connection" not in name}


@pytest.mark.emulated
def test_an_imported_store_opens_the_app_without_another_install(
    run: Run, app: App, foreign: Store, tokens: Callable[..., str]
) -> None:
    file = tokens(line(foreign))
    assert run("import", file, "--app", "org-a", "--yes").out == (
        "1 store imported, 0 already present, 0 skipped.\n"
    )
    assert run("token", foreign.hash, "--yes").out == f"{TOKEN}\n"
    for user in foreign.users:
        assert get(load_url(app, foreign, user), 30).status == 200
    (found,) = entries(run, foreign)
    assert found["installedAt"] == "2026-01-31T12:00:00+00:00"

    before = record(run, foreign)
    again = run("import", file, "--app", "org-a", "--yes")
    assert (again.status, again.out) == (0, "0 stores imported, 1 already present, 0 skipped.\n")
    assert record(run, foreign) == before


@pytest.mark.emulated
@pytest.mark.parametrize("rutter", [True, False])
def test_the_confirmation_says_that_the_stores_are_connected_to_rutter(
    *,
    run: Run,
    foreign: Store,
    tokens: Callable[..., str],
    change_registration: Callable[..., None],
    rutter: bool,
) -> None:
    change_registration({"rutter": rutter})
    done = run("import", tokens(line(foreign)), "--app", "org-a", typed="no\n")
    assert (done.status, done.out) == (2, "")
    assert "Import 1 store into org-a? [y/N] " in done.err
    assert ("Rutter gets their tokens" in done.err) == ("Rutter" in done.err) == rutter
    assert run("show", foreign.hash).status == 2


@pytest.mark.emulated
def test_an_invalid_token_is_skipped_and_no_token_is_printed(
    run: Run, backend: LocalBackend, foreign: Store, tokens: Callable[..., str]
) -> None:
    unknown = backend.bigcommerce.add_store("Never installed")
    file = tokens(line(foreign), line(unknown, "s3cret"))
    done = run("import", file, "--app", "org-a", "--yes")
    assert done.status == 1
    assert f"{unknown.hash}  token refused: the app was uninstalled" in done.out
    assert "1 store imported, 0 already present, 1 skipped." in done.out
    assert run("show", unknown.hash).status == 2
    as_json = run("import", file, "--app", "org-a", "--yes", "--json")
    outcomes = {row["storeHash"]: row["outcome"] for row in json.loads(as_json.out)}
    assert (as_json.status, outcomes[foreign.hash]) == (1, "present")
    assert outcomes[unknown.hash].startswith("token refused: ")
    for secret in (TOKEN, "s3cret", "@example.com"):
        assert secret not in done.out + done.err + as_json.out + as_json.err


@pytest.mark.emulated
def test_a_store_that_installs_meanwhile_keeps_its_record(
    *,
    run: Run,
    backend: LocalBackend,
    app: App,
    foreign: Store,
    tokens: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def install_meanwhile(*_: object) -> Answer:
        install(backend, app, foreign)
        later = SimpleNamespace(time=lambda: time.time() + 3600)
        monkeypatch.setattr("ops.stores.commands.import_tokens.time", later)
        return Answer(Verdict.VALID)

    monkeypatch.setattr(BigCommerceApi, "verify", install_meanwhile)
    done = run("import", tokens(line(foreign, at="")), "--app", "org-a", "--yes")
    assert done.status == 1
    assert f"{foreign.hash}  it was uninstalled later, or installed meanwhile\n" in done.out
    installed = token_of(backend, app, foreign)
    assert installed != TOKEN
    assert run("token", foreign.hash, "--yes").out == f"{installed}\n"


@pytest.mark.emulated
@pytest.mark.parametrize(("error", "status", "said"), ENDED_EARLY)
def test_an_import_that_ends_early_shows_what_it_did(
    *,
    run: Run,
    backend: LocalBackend,
    foreign: Store,
    tokens: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    status: int,
    said: str,
) -> None:
    def refuse(*_: object) -> bytes:
        raise error

    monkeypatch.setattr("ops.stores.commands.import_tokens.encrypted", refuse)
    unknown = backend.bigcommerce.add_store("Never installed")
    done = run("import", tokens(line(unknown), line(foreign)), "--app", "org-a", "--yes")
    assert (done.status, said in done.err) == (status, True)
    assert f"{unknown.hash}  token refused" in done.out
    assert "0 stores imported, 0 already present, 1 skipped." in done.out


@pytest.mark.emulated
def test_an_uninstall_after_the_files_date_is_not_undone(
    run: Run, app: App, foreign: Store, tokens: Callable[..., str]
) -> None:
    file = tokens(line(foreign))
    run("import", file, "--app", "org-a", "--yes")
    assert get(uninstall_url(app, foreign, foreign.owner), 30).status == 200
    assert "it was uninstalled later" in run("import", file, "--app", "org-a", "--yes").out
    now = tokens(line(foreign, at=""))
    assert "1 store imported" in run("import", now, "--app", "org-a", "--yes").out


@pytest.mark.emulated
def test_import_needs_one_registered_app(
    run: Run, tokens: Callable[..., str], change_registration: Callable[..., None]
) -> None:
    assert "Choose one, such as --app org-a" in run("import", tokens()).err
    change_registration({"clientId": "anotherclientid"})
    older = run("import", tokens(), "--app", "org-a").err
    assert "older than the deployment: they have another client ID of the app org-a" in older
    change_registration({"clientId": None})
    assert "org-a has no client ID yet" in run("import", tokens(), "--app", "org-a").err


GOOD = f"abc,{TOKEN},a_scope b,7,a@example.com,2026-01-31"


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        (",2026-01-31", "", "line 2: more or fewer values than columns"),
        ("abc", TOKEN, "line 2: invalid store_hash"),
        (TOKEN, "t w o", "line 2: invalid access_token"),
        ("a_scope b", "", "line 2: invalid scope"),
        ("7", "seven", "line 2: invalid owner_id"),
        ("a@example.com", "none", "line 2: invalid owner_email"),
        ("2026", "2999", "line 2: invalid installed_at"),
        (GOOD, f"{GOOD}\n{GOOD}", "line 3: store_hash is in an earlier line"),
    ],
)
def test_problems_of_a_file_are_reported_without_its_values(
    good: str, bad: str, said: str, tokens: Callable[..., str]
) -> None:
    with pytest.raises(CommandError) as caught:
        read(Path(tokens(GOOD.replace(good, bad))))
    assert said in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_duplicate_scope_is_read_once(tokens: Callable[..., str]) -> None:
    (store,) = read(Path(tokens(f"abc,{TOKEN},b a b,7,a@example.com,2026-01-31")))
    assert store.scopes == ("b", "a")


FIRST_LINES = st.permutations(HEADING.split(",")).map(",".join) | st.text(max_size=40)
CELLS = st.sampled_from([BIGCOMMERCES, "abc", "stores/abc", SCOPE, "7", "a@example.com", '"'])


@given(
    FIRST_LINES,
    st.lists(st.lists(CELLS | st.text(max_size=9), max_size=7).map(",".join), max_size=5),
)
@example("access_token,scope,owner_id,owner_email,store_hash", [f"{BIGCOMMERCES},a,7,a@b.c"])
@example(HEADING, [f"{BIGCOMMERCES},abc,a,7,a@b.c,"] * 2)
def test_no_token_is_printed_or_mistaken_for_a_store_hash(
    tmp_path_factory: pytest.TempPathFactory, first: str, lines: list[str]
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_text("\n".join([first, *lines]), encoding="utf-8", newline="")
    try:
        hashes = [store.store_hash for store in read(file)]
    except CommandError as error:
        assert BIGCOMMERCES not in str(error)
    else:
        assert BIGCOMMERCES not in hashes


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "lacks the columns store_hash"),
        (b"store_hash,token\n", "lacks the columns access_token"),
        (b"\xff\xfe", "is not CSV in UTF-8"),
        (None, "Could not read .*: No such file"),
    ],
)
def test_a_file_without_tokens_is_refused(content: bytes | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "tokens.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        read(file)
