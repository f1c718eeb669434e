"""The commits that a job with a stack's role may check out."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.documents import ROOT


class Repository:
    """A clone like the workflow's: all branches and tags, with `main` checked out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("first")
        self.git("checkout", "--quiet", "-b", "merged")
        self.commit("amiss")
        self.commit("fixed")
        self.git("checkout", "--quiet", "main")
        self.commit("second")
        self.git("merge", "--quiet", "--no-ff", "--no-edit", "merged")
        self.git("tag", "merge")
        self.commit("newest")
        self.git("checkout", "--quiet", "-b", "open", "first")
        self.commit("unmerged")
        self.git("tag", "main")
        self.git("checkout", "--quiet", "-B", "main", "refs/heads/main")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(self.path), *who, *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, name: str) -> None:
        """Commit a file and tag it with its name."""
        (self.path / name).touch()
        self.git("add", name)
        self.git("commit", "--quiet", "--message", name)
        self.git("tag", name)

    def hash_of(self, name: str) -> str:
        return self.git("rev-parse", f"refs/tags/{name}")

    def checkout(self, commit: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / ".ci/checkout", commit],
            cwd=self.path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            check=False,
            text=True,
        )


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("repository"))


@pytest.mark.parametrize("name", ["first", "second", "merge", "newest"])
def test_a_commit_that_main_was_at_is_checked_out(repository: Repository, name: str) -> None:
    repository.git("checkout", "--quiet", "refs/heads/main")
    # A tag or branch with the commit's hash as its name is ignored.
    for ref in ("tags", "heads"):
        repository.git("update-ref", f"refs/{ref}/{repository.hash_of(name)}", "refs/tags/amiss")
    done = repository.checkout(repository.hash_of(name))
    assert done.returncode == 0
    assert repository.git("rev-parse", "HEAD") == repository.hash_of(name)
    assert (repository.path / "newest").exists() == (name == "newest")


@pytest.mark.parametrize(
    ("commit", "words"),
    [
        # of an unmerged branch, and of a merged branch before it was fixed
        ("unmerged", "main has not been at"),
        ("amiss", "main has not been at"),
        # of a fork: no branch of this repository has it
        ("f" * 40, "No branch of this repository has"),
        ("main", "by its full hash"),
        ("refs/pull/7/head", "by its full hash"),
        ("--help", "by its full hash"),
        ("$(touch owned)", "by its full hash"),
        ("first\n::set-output name=a::b", "by its full hash"),
        ("", "usage:"),
        # could be the name of a tag
        ("newest, abbreviated", "by its full hash"),
    ],
)
def test_no_other_commit_is_checked_out(repository: Repository, commit: str, words: str) -> None:
    repository.git("checkout", "--quiet", "refs/heads/main")
    if commit in {"unmerged", "amiss"}:
        commit = repository.hash_of(commit)
    elif commit == "newest, abbreviated":
        commit = repository.hash_of("newest")[:12]
    done = repository.checkout(commit)
    assert done.returncode == 1
    assert words in done.stderr
    assert "::" not in done.stderr
    assert repository.git("rev-parse", "HEAD") == repository.hash_of("newest")
