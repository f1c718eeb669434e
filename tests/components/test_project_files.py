"""Pulumi.yaml and the stack files."""

import pytest
import yaml

from components.settings.problems import ConfigurationError
from local.engine.configuration import encoded, stack_config
from local.engine.stack_files import project_name
from tests.components.reading import read_texts
from tests.components.recordings import ROOT

STACKS = [path.name.split(".")[1] for path in sorted(ROOT.glob("Pulumi.*.yaml"))]
PULUMI_YAML = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))


def test_program_runs_in_the_virtual_environment_that_make_installs() -> None:
    options = {"toolchain": "pip", "virtualenv": ".venv"}
    assert PULUMI_YAML["runtime"] == {"name": "python", "options": options}


@pytest.mark.parametrize("stack", STACKS)
def test_stack_file_lacks_only_what_its_team_sets(stack: str) -> None:
    """The team sets the app's organization ID and the account, which are placeholders."""
    try:
        read_texts(encoded(stack_config(ROOT, stack, {})), project=project_name(ROOT), stack=stack)
    except ConfigurationError as error:
        unknown = {"apps[0].organizationId", "aws:allowedAccountIds"}
        assert {problem.key for problem in error.problems} <= unknown
