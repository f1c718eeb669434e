"""The deployment package: what is in it, when it is built, and that it stands on its own."""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components import lambda_bundle
from components.lambda_bundle import BundleError
from tests.components.recordings import ROOT

MEGABYTE = 1_000_000
# What the Lambda runtime brings along: boto3 and what it needs.
RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")


def wheel(folder: Path, version: str) -> str:
    """Make a wheel of a small library; give its line of a requirements file."""
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
            archive.writestr(name, text)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"tinylib @ {path.as_uri()} --hash=sha256:{digest}\n"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A small tree of sources that vendors a small library."""
    folder = tmp_path / "sources"
    (folder / "pages" / "__pycache__").mkdir(parents=True)
    (folder / "handler.py").write_text("def handler(event, context): ...\n")
    (folder / "pages" / "page.html").write_text("<p>")
    (folder / "pages" / "page.css").write_text("p {}")
    (folder / "pages" / "__pycache__" / "page.cpython-311.pyc").write_text("compiled")
    (folder / "notes.md").write_text("notes")
    (folder / ".env").write_text("SECRET=x")
    (folder / "requirements.in").write_text("tinylib")
    (folder / "requirements.txt").write_text(wheel(tmp_path, "1.0"))
    return folder


@pytest.fixture
def build_folder(tmp_path: Path) -> Path:
    return tmp_path / "build"


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The bundle of this repository."""
    return lambda_bundle.build()


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Path], None]], None]:
    """Puts a function of the target folder in pip's place."""

    def replace(install: Callable[[Path], None]) -> None:
        def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
            install(Path(command[command.index("--target") + 1]))
            return subprocess.CompletedProcess(command, 0, "", "")

        monkeypatch.setattr(subprocess, "run", run)

    return replace


class TestContent:
    def test_is_the_sources_and_the_libraries_without_what_is_of_no_use(
        self, sources: Path, build_folder: Path
    ) -> None:
        built = lambda_bundle.build(sources, build_folder)
        assert zipfile.ZipFile(built).namelist() == [
            "sources/handler.py",
            "sources/pages/page.css",
            "sources/pages/page.html",
            "tinylib/__init__.py",
            "tinylib/py.typed",
        ]

    def test_is_readable_by_all_and_writable_by_its_owner(
        self, sources: Path, build_folder: Path
    ) -> None:
        for entry in zipfile.ZipFile(lambda_bundle.build(sources, build_folder)).infolist():
            assert entry.external_attr >> 16 == 0o644

    def test_of_this_repository_is_exactly_the_functions_and_their_libraries(
        self, bundle: Path
    ) -> None:
        names = zipfile.ZipFile(bundle).namelist()
        assert {name.partition("/")[0] for name in names} == {
            "lambdas",
            "aws_lambda_powertools",
            "jinja2",
            "jmespath",
            "jwt",
            "markupsafe",
            "typing_extensions.py",
            "urllib3",
        }
        # urllib3 has a script for browsers.
        assert {Path(name).suffix for name in names} <= {".py", ".html", ".css", ".typed", ".js"}
        own = {name for name in names if name.startswith("lambdas/")}
        on_disk = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "lambdas").rglob("*")
            if path.suffix in {".py", ".html", ".css"}
        }
        assert own == on_disk

    def test_of_this_repository_is_small(self, bundle: Path) -> None:
        assert bundle.stat().st_size < 3 * MEGABYTE

    def test_of_this_repository_has_no_compiled_code_and_no_trace_of_its_builder(
        self, bundle: Path
    ) -> None:
        archive = zipfile.ZipFile(bundle)
        for name in archive.namelist():
            content = archive.read(name)
            assert b"\0" not in content, name
            assert str(ROOT).encode() not in content, name


class TestBuild:
    def test_gives_the_same_bytes_in_another_folder(self, sources: Path, tmp_path: Path) -> None:
        elsewhere = shutil.copytree(
            sources, tmp_path / "elsewhere" / "sources", copy_function=shutil.copy
        )
        (elsewhere / "handler.py").chmod(0o600)
        one = lambda_bundle.build(sources, tmp_path / "one")
        other = lambda_bundle.build(elsewhere, tmp_path / "other")
        assert one.name == other.name
        assert one.read_bytes() == other.read_bytes()

    def test_gives_the_same_bytes_for_this_repository_in_another_folder(
        self, bundle: Path, tmp_path: Path
    ) -> None:
        requirements = (ROOT / "lambdas" / "requirements.txt").read_bytes()
        libraries = f"libraries-{hashlib.sha256(requirements).hexdigest()[:16]}"
        shutil.copytree(
            bundle.parent / libraries, tmp_path / libraries, copy_function=shutil.copyfile
        )
        other = lambda_bundle.build(build_folder=tmp_path)
        assert other.name == bundle.name
        assert other.read_bytes() == bundle.read_bytes()

    def test_gives_another_bundle_when_a_source_changed(
        self, sources: Path, build_folder: Path
    ) -> None:
        before = lambda_bundle.build(sources, build_folder)
        (sources / "pages" / "page.html").write_text("<b>")
        after = lambda_bundle.build(sources, build_folder)
        assert after.name != before.name
        assert zipfile.ZipFile(after).read("sources/pages/page.html") == b"<b>"
        assert zipfile.ZipFile(before).read("sources/pages/page.html") == b"<p>"

    def test_gives_another_bundle_when_a_source_was_renamed(
        self, sources: Path, build_folder: Path
    ) -> None:
        before = lambda_bundle.build(sources, build_folder)
        (sources / "handler.py").rename(sources / "renamed.py")
        assert lambda_bundle.build(sources, build_folder).name != before.name

    def test_gives_another_bundle_when_the_requirements_changed(
        self, sources: Path, build_folder: Path, tmp_path: Path
    ) -> None:
        before = lambda_bundle.build(sources, build_folder)
        (sources / "requirements.txt").write_text(wheel(tmp_path, "2.0"))
        after = lambda_bundle.build(sources, build_folder)
        assert after.name != before.name
        assert zipfile.ZipFile(after).read("tinylib/__init__.py") == b"VERSION = '2.0'\n"

    def test_does_nothing_when_nothing_changed(
        self,
        sources: Path,
        build_folder: Path,
        pip: Callable[[Callable[[Path], None]], None],
    ) -> None:
        before = lambda_bundle.build(sources, build_folder)
        written = before.stat()
        (sources / "notes.md").write_text("not part of the bundle")

        def never(target: Path) -> None:
            pytest.fail("the libraries were installed again")

        pip(never)
        assert lambda_bundle.build(sources, build_folder) == before
        assert before.stat().st_ino == written.st_ino
        assert before.stat().st_mtime_ns == written.st_mtime_ns

    def test_begins_anew_after_an_interrupted_installation(
        self, sources: Path, build_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(command: list[str], **_: Any) -> None:
            target = Path(command[command.index("--target") + 1])
            (target / "tinylib").mkdir(parents=True)
            (target / "tinylib" / "half.py").write_text("")
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(subprocess, "run", interrupted)
            with pytest.raises(KeyboardInterrupt):
                lambda_bundle.build(sources, build_folder)
        assert list(build_folder.iterdir()) == []
        names = zipfile.ZipFile(lambda_bundle.build(sources, build_folder)).namelist()
        assert "tinylib/__init__.py" in names
        assert "tinylib/half.py" not in names

    def test_begins_anew_after_an_interrupted_zip(
        self, sources: Path, build_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(zipfile.ZipFile, "writestr", interrupted)
            with pytest.raises(KeyboardInterrupt):
                lambda_bundle.build(sources, build_folder)
        assert list(build_folder.glob("bundle-*")) == []
        assert zipfile.ZipFile(lambda_bundle.build(sources, build_folder)).testzip() is None

    def test_takes_the_libraries_of_a_deployment_that_was_faster(
        self,
        sources: Path,
        build_folder: Path,
        pip: Callable[[Callable[[Path], None]], None],
    ) -> None:
        digest = hashlib.sha256((sources / "requirements.txt").read_bytes()).hexdigest()[:16]

        def overtaken(target: Path) -> None:
            for folder in (target, build_folder / f"libraries-{digest}"):
                folder.mkdir()
                (folder / "library.py").write_text("")

        pip(overtaken)
        names = zipfile.ZipFile(lambda_bundle.build(sources, build_folder)).namelist()
        assert "library.py" in names

    def test_does_not_hide_that_the_libraries_cannot_be_kept(
        self,
        sources: Path,
        build_folder: Path,
        pip: Callable[[Callable[[Path], None]], None],
    ) -> None:
        pip(lambda target: None)
        with pytest.raises(OSError, match="libraries"):
            lambda_bundle.build(sources, build_folder)


class TestFailure:
    def test_says_that_a_library_is_not_the_pinned_one(
        self, sources: Path, build_folder: Path
    ) -> None:
        requirements = sources / "requirements.txt"
        line = requirements.read_text()
        requirements.write_text(f"{line.partition('sha256:')[0]}sha256:{'0' * 64}\n")
        with pytest.raises(BundleError) as raised:
            lambda_bundle.build(sources, build_folder)
        # Which the CLI shows without a traceback.
        assert isinstance(raised.value, pulumi.RunError)
        message = str(raised.value)
        assert message.startswith("The libraries of the Lambda bundle could not be installed: ")
        assert "DO NOT MATCH THE HASHES" in message
        assert f"    {sys.executable} -m pip config list" in message
        assert "Traceback" not in message

    def test_says_that_a_library_cannot_be_found_and_leaves_nothing(
        self, sources: Path, build_folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "tinylib-1.0-py3-none-any.whl").unlink()
        with pytest.raises(BundleError, match="No such file"):
            lambda_bundle.build(sources, build_folder)
        assert list(build_folder.iterdir()) == []


class TestIsolation:
    """With nothing but the bundle, the standard library and what the Lambda runtime brings."""

    @pytest.fixture(scope="class")
    @staticmethod
    def unzipped(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("isolation") / "bundle"
        zipfile.ZipFile(bundle).extractall(folder)
        return folder

    @pytest.fixture(scope="class")
    @staticmethod
    def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("runtime")
        for name in RUNTIME_PACKAGES:
            spec = importlib.util.find_spec(name)
            assert spec is not None
            assert spec.origin is not None
            origin = Path(spec.origin)
            package = origin.parent if origin.name == "__init__.py" else origin
            (folder / package.name).symlink_to(package)
        return folder

    @staticmethod
    def run(bundle: Path, runtime: Path) -> subprocess.CompletedProcess[str]:
        script = Path(__file__).with_name("isolated_import.py")
        return subprocess.run(
            [sys.executable, "-I", "-S", str(script), str(bundle), str(runtime)],
            capture_output=True,
            text=True,
            check=False,
        )

    def test_handlers_answer(self, unzipped: Path, runtime: Path) -> None:
        done = self.run(unzipped, runtime)
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout.splitlines()[-1])
        assert report["statuses"] == {
            "auth": 404,
            "load": 404,
            "uninstall": 404,
            "remove_user": 404,
        }

    def test_modules_are_the_bundles_or_boto3s(self, unzipped: Path, runtime: Path) -> None:
        report = json.loads(self.run(unzipped, runtime).stdout.splitlines()[-1])
        from_bundle = {
            name.partition(".")[0]
            for name, file in report["files"].items()
            if Path(file).is_relative_to(unzipped)
        }
        from_runtime = {
            name.partition(".")[0]
            for name, file in report["files"].items()
            if Path(file).is_relative_to(runtime)
        }
        assert {name.partition(".")[0] for name in report["files"]} == from_bundle | from_runtime
        assert from_bundle >= {"lambdas", "jwt"}
        assert from_bundle >= {"jinja2", "markupsafe", "urllib3", "aws_lambda_powertools"}
        assert from_runtime >= {"boto3", "botocore"}
        assert from_runtime <= set(RUNTIME_PACKAGES) - {"urllib3", "jmespath"}

    @pytest.mark.parametrize("missing", ["jwt", "jinja2", "markupsafe", "aws_lambda_powertools"])
    def test_a_library_missing_from_the_bundle_is_noticed(
        self, unzipped: Path, runtime: Path, tmp_path: Path, missing: str
    ) -> None:
        incomplete = tmp_path / "incomplete"
        incomplete.mkdir()
        for path in unzipped.iterdir():
            if path.name != missing:
                (incomplete / path.name).symlink_to(path)
        done = self.run(incomplete, runtime)
        assert done.returncode != 0
        assert f"No module named '{missing}" in done.stderr
