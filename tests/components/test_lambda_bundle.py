"""The deployment package: what is in it, when it is built, and that it stands on its own."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pulumi
import pytest

from components import lambda_bundle
from components.lambda_bundle import BundleError
from tests.components.recordings import ROOT
from tests.lambdas import services

pip_install = lambda_bundle._pip_install

# What the Lambda runtime includes: boto3 and what it needs.
RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
# What every function imports: packages by their names, and the modules of `lambdas`.
EVERYWHERE = """
    botocore dateutil jmespath lambdas six urllib3
    records records.claims records.dynamodb_json records.installation records.installation_item
    shared shared.aws shared.deadline shared.environment shared.errors shared.log
"""
ROUTED = """
    callbacks callbacks.endpoint callbacks.request callbacks.responses
    records.apps records.credentials shared.text
"""
SIGNED = f"""
    {ROUTED} jwt callbacks.authentication records.installation_table callbacks.tolerant
    callbacks.signed_payload
"""
PAGES = "markupsafe callbacks.handoff callbacks.pages records.scopes"
TOKENS = "records.access_tokens shared.https records.installation_table"
RUTTER = "records.reconcile_request rutter rutter.connection rutter.connection_table"
EXCHANGE = "jwt callbacks.tolerant callbacks.token_exchange"
CONNECT = """
    records.apps records.credentials rutter.client rutter.reconciler rutter.requests
    rutter.sweep shared.text
"""
KEPT = {"dynamodb": 1, "secretsmanager": 1}
# What else a function imports, and its connections for three events: one to each AWS service, and
# one for each event to BigCommerce and Rutter.
FUNCTIONS = {
    "load": (f"{SIGNED} {PAGES} {RUTTER}", KEPT),
    "auth": (
        f"{ROUTED} {TOKENS} {PAGES} {EXCHANGE}",
        KEPT | {"kms": 1, "bigcommerce": 3},
    ),
    "uninstall": (f"{SIGNED} callbacks.removed_apps", KEPT),
    "remove_user": (f"{SIGNED} callbacks.removed_apps", KEPT),
    "rutter_webhook": (f"{ROUTED} {RUTTER} rutter.requests rutter.webhook", KEPT | {"sqs": 1}),
    "rutter_connect": (
        f"{TOKENS} {RUTTER} {CONNECT}",
        KEPT | {"kms": 1, "sqs": 1, "rutter": 3},
    ),
    "store_events": (f"{RUTTER} events events.changes", {"events": 1}),
}


def wheel(folder: Path, version: str, line_end: str = "\n") -> str:
    """Make a wheel of a small library; return requirements with another hash than the wheel's."""
    path = folder / f"tinylib-{version}-py3-none-any.whl"
    info = f"tinylib-{version}.dist-info"
    files = {
        "tinylib/__init__.py": f"VERSION = {version!r}\n",
        "tinylib/py.typed": "",
        "tinylib/_speedups.c": "int x;",
        "tinylib/_speedups.cpython-313-aarch64-linux-gnu.so": "compiled",
        "tinylib/_speedups.pyi": "x: int",
        "bin/tinylib": "#!/usr/bin/python",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tinylib\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (files | {f"{info}/RECORD": record}).items():
            archive.writestr(name, text.replace("\n", line_end))
    return f"tinylib @ {path.as_uri()} --hash=sha256:{'0' * 64}\n"


def unpack(requirements: Path, target: Path) -> None:
    """Install the small library as pip does, but without its start of a second."""
    url = requirements.read_text().split()[2]
    zipfile.ZipFile(urlsplit(url).path).extractall(target)


def installing(install: Callable[[Path, Path], None]) -> AbstractContextManager[object]:
    return mock.patch.object(lambda_bundle, "_pip_install", install)


@pytest.fixture
def sources(tmp_path: Path) -> Iterator[Path]:
    """A small tree of sources and a small library. `unpack` replaces pip."""
    folder = tmp_path / "sources"
    (folder / "pages" / "__pycache__").mkdir(parents=True)
    (folder / "handler.py").write_text("def handler(event, context): ...\n" * 9)
    (folder / "pages" / "page.html").write_text("<p>")
    (folder / "pages" / "page.css").write_text("p {}")
    (folder / "pages" / "__pycache__" / "page.cpython-311.pyc").write_text("compiled")
    (folder / "notes.md").write_text("notes")
    (folder / ".env").write_text("SECRET=x")
    (folder / "requirements.in").write_text("tinylib")
    (folder / "requirements.txt").write_text(wheel(tmp_path, "1.0"))
    with installing(unpack):
        yield folder


@pytest.fixture
def build(sources: Path, tmp_path: Path) -> Callable[[], Path]:
    return partial(lambda_bundle.build, sources, tmp_path / "build")


@pytest.fixture(scope="session")
def bundle() -> Path:
    return lambda_bundle.build()


def names(bundle: Path) -> list[str]:
    return zipfile.ZipFile(bundle).namelist()


class TestContent:
    def test_has_only_what_a_function_needs(self, build: Callable[[], Path]) -> None:
        entries = zipfile.ZipFile(build()).infolist()
        assert [entry.filename for entry in entries] == [
            "sources/handler.py",
            "sources/pages/page.css",
            "sources/pages/page.html",
            "tinylib/__init__.py",
            "tinylib/py.typed",
        ]
        # Readable by all, writable by its owner.
        assert {entry.external_attr >> 16 for entry in entries} == {0o644}

    def test_of_this_repository_is_small(self, bundle: Path) -> None:
        assert bundle.stat().st_size < 750_000
        packages = {name.partition("/")[0] for name in names(bundle)}
        assert packages == {"lambdas", "jwt", "markupsafe", "urllib3"}
        assert len(names(bundle)) <= 100
        assert {name for name in names(bundle) if name.startswith("lambdas/")} == {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "lambdas").rglob("*")
            if path.suffix in {".py", ".html", ".css"}
        }
        archive = zipfile.ZipFile(bundle)
        for name in archive.namelist():
            assert Path(name).suffix in {".py", ".html", ".css", ".typed"}
            content = archive.read(name)
            assert b"\0" not in content, name
            assert str(ROOT).encode() not in content, name


class TestBuild:
    def test_has_the_same_bytes_on_every_machine(
        self, build: Callable[[], Path], sources: Path, tmp_path: Path
    ) -> None:
        """In another folder, with another compressor, and with CRLF in a source and a wheel."""

        def compressor(*_: int) -> object:
            return real(1, zlib.DEFLATED, -15, 9, zlib.Z_HUFFMAN_ONLY)

        real = zlib.compressobj
        elsewhere = tmp_path / "elsewhere" / "sources"
        shutil.copytree(sources, elsewhere, copy_function=shutil.copy)
        (elsewhere / "handler.py").write_text((sources / "handler.py").read_text(), newline="\r\n")
        (elsewhere / "handler.py").chmod(0o600)
        requirements = wheel(elsewhere.parent, "1.0", line_end="\r\n")
        (elsewhere / "requirements.txt").write_text(requirements)
        with mock.patch.object(zlib, "compressobj", compressor):
            other = lambda_bundle.build(elsewhere, tmp_path / "other")
        assert other.name == build().name
        assert other.read_bytes() == build().read_bytes()

    def test_changes_with_a_source_or_the_requirements(
        self, build: Callable[[], Path], sources: Path, tmp_path: Path
    ) -> None:
        bundles = [build()]
        (sources / "pages" / "page.html").write_text("<b>")
        bundles.append(build())
        assert zipfile.ZipFile(bundles[0]).read("sources/pages/page.html") == b"<p>"
        assert zipfile.ZipFile(bundles[1]).read("sources/pages/page.html") == b"<b>"
        (sources / "handler.py").rename(sources / "renamed.py")
        bundles.append(build())
        (sources / "requirements.txt").write_text(wheel(tmp_path, "2.0"))
        bundles.append(build())
        assert zipfile.ZipFile(bundles[3]).read("tinylib/__init__.py") == b"VERSION = '2.0'\n"
        assert len({bundle.name for bundle in bundles}) == len(bundles)

    def test_is_kept_if_nothing_changed(self, build: Callable[[], Path], sources: Path) -> None:
        before = build()
        written = before.stat()
        (sources / "notes.md").write_text("not part of the bundle")

        def never(requirements: Path, target: Path) -> None:
            pytest.fail("the libraries were installed again")

        with installing(never):
            assert build() == before
        assert before.stat().st_ino == written.st_ino
        assert before.stat().st_mtime_ns == written.st_mtime_ns

    def test_survives_an_interruption(self, build: Callable[[], Path], tmp_path: Path) -> None:
        def interrupted(requirements: Path, target: Path) -> None:
            (target / "tinylib").mkdir(parents=True)
            (target / "tinylib" / "half.py").write_text("")
            raise KeyboardInterrupt

        with installing(interrupted), pytest.raises(KeyboardInterrupt):
            build()
        assert list((tmp_path / "build").iterdir()) == []
        with (
            mock.patch.object(zipfile.ZipFile, "writestr", side_effect=KeyboardInterrupt),
            pytest.raises(KeyboardInterrupt),
        ):
            build()
        assert list((tmp_path / "build").glob("bundle-*")) == []
        assert zipfile.ZipFile(build()).testzip() is None
        assert "tinylib/__init__.py" in names(build())
        assert "tinylib/half.py" not in names(build())

    def test_uses_the_libraries_of_a_faster_deployment(
        self, build: Callable[[], Path], sources: Path, tmp_path: Path
    ) -> None:
        digest = hashlib.sha256((sources / "requirements.txt").read_bytes()).hexdigest()[:16]

        def overtaken(requirements: Path, target: Path) -> None:
            for folder in (target, tmp_path / "build" / f"libraries-{digest}"):
                folder.mkdir()
                (folder / "library.py").write_text("")

        with installing(overtaken):
            assert "library.py" in names(build())

    def test_fails_if_the_libraries_cannot_be_kept(self, build: Callable[[], Path]) -> None:
        with installing(lambda *_: None), pytest.raises(OSError, match="libraries"):
            build()

    def test_refuses_an_unpinned_library(self, build: Callable[[], Path], tmp_path: Path) -> None:
        with installing(pip_install), pytest.raises(BundleError) as raised:
            build()
        assert isinstance(raised.value, pulumi.RunError)  # the CLI shows no traceback
        message = str(raised.value)
        assert message.startswith("pip could not install the libraries of the Lambda bundle: ")
        assert "DO NOT MATCH THE HASHES" in message
        assert f"    {sys.executable} -m pip config list" in message
        assert "Traceback" not in message
        assert list((tmp_path / "build").iterdir()) == []


def test_functions_import_what_they_need_and_keep_connections(bundle: Path, tmp_path: Path) -> None:
    """The function has the bundle, the standard library and the Lambda runtime's libraries only.

    Every cold start pays for each import. A connection costs loading certificates and round trips.
    """
    zipfile.ZipFile(bundle).extractall(tmp_path / "bundle")
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    for name in RUNTIME_PACKAGES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        package = origin.parent if origin.name == "__init__.py" else origin
        (runtime / package.name).symlink_to(package)
    with ThreadPoolExecutor(2) as pool:
        reports = dict(
            zip(FUNCTIONS, pool.map(partial(isolated, tmp_path), FUNCTIONS), strict=True)
        )

    for name, (own, connections) in FUNCTIONS.items():
        assert reports[name]["imported"] == {name, *EVERYWHERE.split(), *own.split()}, name
        assert reports[name]["connections"] == connections, name
        assert reports[name]["loads"] == 1, name
        assert reports[name]["prepared"] == ("shared.https" in own), name
    used = {file for report in reports.values() for file in report["bundled"]}
    assert {name for name in names(bundle) if name.endswith(".py")} - used == set()


def isolated(folder: Path, function: str) -> dict[str, Any]:
    """Call a function with three events, in a fresh interpreter with its environment."""
    bundle, scratch = folder / "bundle", folder / function
    scratch.mkdir()
    script = Path(__file__).with_name("isolated_function.py")
    with services.served(function, scratch) as (environment, connections):
        done = subprocess.run(
            [sys.executable, "-I", "-S", script, bundle, folder / "runtime", function],
            input=json.dumps(services.event(function)),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert all(map(services.succeeded, report["answers"])), report["answers"]
    assert report["collects"] == [False, True]
    bundled, imported = set(), set()
    for name, file in report["files"].items():
        if Path(file).is_relative_to(bundle):
            bundled.add(Path(file).relative_to(bundle).as_posix())
        own = name.removeprefix("lambdas.")
        imported.add(name.partition(".")[0] if own == name else own)
    return {
        "imported": imported,
        "bundled": bundled,
        "connections": {service: len(ports) for service, ports in connections.items()},
        "loads": report["loads"],
        "prepared": report["prepared"],
    }


def test_checkouts_have_lf(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    assert b"eol: lf\n" in subprocess.check_output([*git, "check-attr", "eol", "handler.py"])


def test_a_read_only_folder_is_replaced_by_the_users_cache_folder(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "plugin").write_text("No folder can be made in a file.")
    bundle = lambda_bundle.build(sources, tmp_path / "plugin" / "build")
    assert bundle.is_relative_to(tmp_path / "cache")
    assert bundle.read_bytes() == lambda_bundle.build(sources, tmp_path / "build").read_bytes()

    monkeypatch.setattr(os, "access", lambda *_: False)
    assert lambda_bundle.build(sources, tmp_path / "build") == bundle

    bundle.parent.chmod(0o777)
    with pytest.raises(BundleError, match="Other users can write"):
        lambda_bundle.build(sources, tmp_path / "build")
