"""The documents: links resolve, and tables and commands match the code."""

import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from markdown_it.token import Token
from pydantic import BaseModel, TypeAdapter

from components.settings.checks import SAMPLE_ORGANIZATION_ID
from components.settings.model import Settings
from lambdas.shared.errors import CallbackError
from local.engine.configuration import encoded
from ops.__main__ import main
from tests.components.reading import read_texts
from tests.components.recordings import PROJECT
from tests.components.stacks import ACME, ACME_APP
from tests.docs import configuration_table, reference
from tests.documents import DOCUMENTS, ROOT, blocks, code_spans, parsed, table
from tests.package import schema

CONFIGURATION = {path for path, *_ in configuration_table.setting_fields(Settings)}


def leaves(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from leaves(token.children) if token.children else (token,)


def links(document: Path) -> Iterator[str]:
    """Yield the targets of links and images, except other sites."""
    for token in leaves(parsed(document)):
        written = re.findall(r'(?:src|href)="([^"]+)"', token.content)
        named = [str(token.attrs[name]) for name in ("href", "src") if name in token.attrs]
        yield from (link for link in (*written, *named) if "://" not in link)


def anchors(document: Path) -> set[str]:
    """Return the anchors of the document's headings, as GitHub spells them."""
    tokens = parsed(document)
    headings = [
        tokens[index + 1].content for index, token in enumerate(tokens) if token.tag[:1] == "h"
    ]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code() -> Iterator[str]:
    """Yield the lines of every code block and code span."""
    for document in DOCUMENTS:
        for token in leaves(parsed(document)):
            if token.type in {"fence", "code_inline"}:
                yield from token.content.split("\n")


def commands(start: str) -> list[str]:
    """Return the commands with this start and an option."""
    return sorted({line for line in code() if line.startswith(start) and "--" in line})


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(document: Path) -> None:
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("module", [configuration_table, reference, schema])
def test_generated_files_are_those_of_the_code(module: ModuleType) -> None:
    """Write them with `python -m MODULE`, and look at what changes for users."""
    for path, text in module.written().items():
        assert path.read_text(encoding="utf-8") == text


def test_each_type_of_input_has_one_table_and_its_fields_say_what_may_be_an_output() -> None:
    page = reference.written()[ROOT / "docs/package.md"]
    sections = re.findall(r"^### (.+)$", page, re.MULTILINE)
    assert "RouteThrottle" in sections
    assert sorted(sections) == sorted(set(sections))
    assert "| `domain` | [Domain](#domain) | none | see below |" in page
    assert "| `hostedZoneId` | string | none | yes |" in page


def test_every_document_is_linked_from_another() -> None:
    linked = {
        (document.parent / link.partition("#")[0]).resolve()
        for document in DOCUMENTS
        for link in links(document)
    }
    assert {path.name for path in set(DOCUMENTS) - linked} == {"README.md"}


@pytest.mark.parametrize("model", [model for model, *_ in configuration_table.PROGRAMS])
def test_every_setting_has_a_description_and_a_good_example(model: type[BaseModel]) -> None:
    for path, field, _ in configuration_table.setting_fields(model):
        assert field.examples, path
        assert str(field.description).endswith("."), path
        TypeAdapter(field.rebuild_annotation()).validate_python(field.examples[0])


def answers(error: type[CallbackError]) -> Iterator[tuple[str, int, int | None]]:
    yield error.code, int(error.status), error.retry_after
    for kind in error.__subclasses__():
        yield from answers(kind)


def test_answers_match_the_errors() -> None:
    rows = table("docs/callbacks.md", "Case", "Status", "`error`", "`Retry-After`")
    documented = [
        (code_spans(code)[0], int(status), int(after) if after.isdigit() else None)
        for _, status, code, after in rows
    ]
    assert sorted(documented) == sorted(set(answers(CallbackError)))


def test_every_error_has_a_section_of_troubleshooting() -> None:
    assert {code for code, *_ in answers(CallbackError)} <= anchors(
        ROOT / "docs/troubleshooting.md"
    )


def read(yaml_block: str) -> Settings:
    """Return the settings of a stack with this block. By default its app is Acme's."""
    config = yaml.safe_load(yaml_block.replace(SAMPLE_ORGANIZATION_ID, ACME))["config"]
    named = {key if ":" in key else f"{PROJECT}:{key}": value for key, value in config.items()}
    return read_texts(encoded({f"{PROJECT}:apps": [ACME_APP], **named}))


@pytest.mark.parametrize("yaml_block", list(blocks("yaml")))
def test_configuration_examples_are_valid(yaml_block: str) -> None:
    assert read(yaml_block)


@pytest.mark.parametrize(
    "command", [each for each in commands("pulumi config set --stack") if "aws:" not in each]
)
def test_a_command_sets_an_existing_key(command: str) -> None:
    words = shlex.split(command)
    key = words[words.index("--path") + 1]
    assert re.sub(r"\[\d+\]", "[i]", re.sub(r"\[\d+\]$", "", key)) in CONFIGURATION


@pytest.mark.parametrize(
    "command", [each for each in commands("bigcommerce-backend") if "--install" not in each]
)
def test_a_command_parses(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")  # the command ends when it needs the Pulumi CLI
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command.partition(" > ")[0].partition(" >> ")[0])[1:]) == 2


def test_make_targets_are_in_the_makefile() -> None:
    named = {match[1] for line in code() if (match := re.match(r"make ([a-z-]+)", line))}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert named <= set(re.findall(r"(?m)^([a-z-]+):", makefile))


def test_git_ignores_every_file_that_documented_commands_write(tmp_path: Path) -> None:
    """The tokens of an import are in plain text."""
    options = r"(?:>>?|--output|--file|--junit|--outputs|import) (?!/)([\w.-]+\.\w+)(?= |$)"
    written = {name for line in code() for name in re.findall(options, line)}
    assert {"TOKENS.csv", "registration.html", "check.xml", "policy.json"} <= written
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    check = ["git", "-C", str(tmp_path), "check-ignore", *written]
    ignored = subprocess.run(check, capture_output=True, check=False, text=True).stdout.split()
    assert set(ignored) == written


def test_the_newest_entry_of_the_changelog_is_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^## (\S+)", changelog)[0] == project["version"]
