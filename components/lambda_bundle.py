"""The deployment package of the functions: the package `lambdas` and its libraries, as one zip.

`build()` is cheap when nothing changed. The libraries are installed from lambdas/requirements.txt,
pinned with hashes, and kept by that file's content.

The same sources give the same bytes on every machine, because Pulumi replaces a function's code
when the bytes differ. Entries are not compressed: zlib's implementations give different bytes.
Lines end in LF: a checkout, or a wheel that was built on Windows, may have CRLF.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pulumi

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "lambdas"
BUILD = ROOT / "build" / "lambda"

# Compiled code would tie the bundle to one processor; MarkupSafe falls back to Python without it.
# The rest is not needed at run time. Neither are urllib3's modules for browsers, HTTP/2 and other
# TLS libraries.
_LEFT_OUT_SUFFIXES = {".so", ".pyd", ".dylib", ".c", ".h", ".pyi", ".pyc", ".in", ".txt"}
_LEFT_OUT_FOLDERS = {"__pycache__", "bin", "emscripten"}
_LEFT_OUT_FILES = {
    "jwt/help.py",
    "urllib3/contrib/pyopenssl.py",
    "urllib3/contrib/socks.py",
    "urllib3/http2/connection.py",
}
_SOURCE_SUFFIXES = {".py", ".html", ".css"}
_EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o644 << 16


class BundleError(pulumi.RunError):
    """The bundle could not be built."""


def build(sources: Path = SOURCES, build_folder: Path = BUILD) -> Path:
    """Build the bundle if its inputs changed, and give the path of its zip.

    It is in a cache folder of the user if `build_folder` cannot be written to.

    Raises:
        BundleError: the libraries could not be installed; says why.
    """
    build_folder = _writable(build_folder)
    libraries = _installed_libraries(sources / "requirements.txt", build_folder)
    files = {**dict(_files(libraries)), **dict(_source_files(sources))}
    # How it is built is an input too.
    digest = hashlib.sha256(_content(Path(__file__)))
    for name in sorted(files):
        digest.update(f"{name}\0{hashlib.sha256(_content(files[name])).hexdigest()}\n".encode())
    bundle = build_folder / f"bundle-{digest.hexdigest()[:16]}.zip"
    if not bundle.exists():
        _write_zip(bundle, files)
    return bundle


def _writable(folder: Path) -> Path:
    """Return the folder, or a cache folder if an administrator installed the plugin read-only.

    Its files are deployed as they are, so no other user may write them.
    """
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    configured = Path(os.environ.get("XDG_CACHE_HOME", ""))
    caches = configured if configured.is_absolute() else Path.home() / ".cache"
    cache = caches / "bigcommerce-app-backend"
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = cache.stat()
    if os.name == "posix" and (state.st_uid != os.getuid() or state.st_mode & 0o022):
        raise BundleError(f"Other users can write to {cache}: make it your own, with mode 700.")
    return cache


def _installed_libraries(requirements: Path, build_folder: Path) -> Path:
    """The folder with the vendored libraries, installed again when the requirements change."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    folder = build_folder / f"libraries-{digest}"
    if folder.exists():
        return folder
    build_folder.mkdir(parents=True, exist_ok=True)
    pulumi.log.info("Installing the libraries of the Lambda bundle (once, a few seconds)")
    # Installed aside and renamed, so that an interrupted installation is not taken for a whole one.
    with tempfile.TemporaryDirectory(dir=build_folder) as scratch:
        target = Path(scratch) / "libraries"
        _pip_install(requirements, target)
        try:
            target.rename(folder)
        except OSError:
            if not folder.exists():  # another deployment may have been faster, with the same result
                raise
    return folder


def _pip_install(requirements: Path, target: Path) -> None:
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-compile", "--no-deps", "--require-hashes", "--only-binary=:all:"),
        *("--target", str(target), "--requirement", str(requirements)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BundleError(
            f"pip could not install the libraries of the Lambda bundle: {done.stderr.strip()}.\n"
            "Check which package index pip uses, and that this machine reaches it:\n"
            f"    {sys.executable} -m pip config list"
        )


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder that belong in the bundle, by their names in it."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        left_out = (
            path.is_dir()
            or path.suffix in _LEFT_OUT_SUFFIXES
            or not _LEFT_OUT_FOLDERS.isdisjoint(name.parts)
            or name.parts[0].endswith(".dist-info")
            or name.as_posix() in _LEFT_OUT_FILES
        )
        if not left_out:
            yield name.as_posix(), path


def _source_files(sources: Path) -> Iterator[tuple[str, Path]]:
    for name, path in _files(sources):
        if path.suffix in _SOURCE_SUFFIXES:
            yield f"{sources.name}/{name}", path


def _content(path: Path) -> bytes:
    """A file's content; each is text."""
    return path.read_bytes().replace(b"\r\n", b"\n")


def _write_zip(bundle: Path, files: dict[str, Path]) -> None:
    with tempfile.TemporaryDirectory(dir=bundle.parent) as scratch:
        unfinished = Path(scratch) / bundle.name
        with zipfile.ZipFile(unfinished, "w") as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, _EARLIEST_ZIP_TIME)
                entry.external_attr = _PLAIN_FILE
                entry.create_system = 3  # Unix, wherever it is built
                archive.writestr(entry, _content(files[name]))
        unfinished.replace(bundle)
