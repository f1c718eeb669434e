"""Reading a store's access token with the policy that the stack gives out."""

import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from werkzeug import Request, Response
from werkzeug.utils import redirect

from local.aws import REGION
from local.backend import LocalBackend
from local.bigcommerce import App, Store
from local.loopback_server import serve_application
from tests.documents import ROOT, snippet
from tests.examples.conftest import Deploy, install
from tests.roles import role_environment

PYTHON = ROOT / "examples/read_token_python/function"
NODE = ROOT / "examples/read_token_nodejs"
INSTALLED = ROOT / "build/examples/read_token_nodejs"


def test_the_readme_shows_the_example() -> None:
    _, function = snippet("read_access_token").split("\n\n\n")
    assert function in (PYTHON / "read_token.py").read_text()


@pytest.mark.emulated
def test_python_reads_the_token_and_nothing_else(
    deployed: LocalBackend, app: App, store: Store
) -> None:
    environment = role_environment(
        deployed.emulator, "python", deployed.outputs["accessTokenReaderPolicyArn"]
    )
    table = deployed.outputs["installationsTable"]

    def run(call: str) -> subprocess.CompletedProcess[str]:
        code = f"from read_token import *\n{call}"
        return run_in(PYTHON, environment, sys.executable, "-c", code)

    read = f"print(read_access_token({table!r}, 'acme', {store.hash!r}))"
    assert f"LookupError: the app is not installed on store {store.hash}" in run(read).stderr
    install(deployed, store)
    done = run(read)
    assert (done.stdout.strip(), done.stderr) == (access_token(deployed, app, store), "")
    write = f"boto3.client('dynamodb').put_item(TableName={table!r}, Item={{}})"
    assert "AccessDenied" in run(write).stderr


@pytest.mark.emulated
def test_a_function_next_to_the_back_end_calls_the_api_with_the_token(
    deployed: LocalBackend, app: App, store: Store, deploy_example: Deploy
) -> None:
    """The example's app is not registered, so the record of a store is copied into its table."""
    install(deployed, store)
    outputs = deploy_example("read_token_python").outputs
    aws, operations = deployed.emulator.aws, outputs["operations"]
    encrypted = aws.kms.encrypt(
        KeyId=operations["accessTokenKeyArn"],
        Plaintext=access_token(deployed, app, store),
        EncryptionContext={"organization_id": "acme", "store_hash": store.hash},
    )
    aws.dynamodb.put_item(
        TableName=operations["installationsTable"],
        Item={
            "pk": {"S": f"ORG#acme#STORE#{store.hash}"},
            "sk": {"S": "STORE"},
            "status": {"S": "installed"},
            "access_token": {"B": encrypted["CiphertextBlob"]},
        },
    )
    function = {"FunctionName": outputs["function"]}
    variables = aws.lambda_.get_function_configuration(**function)["Environment"]["Variables"]
    assert variables["API_URL"] == "https://api.bigcommerce.com"
    variables["API_URL"] = deployed.bigcommerce_url
    aws.lambda_.update_function_configuration(**function, Environment={"Variables": variables})

    answer = aws.lambda_.invoke(**function, Payload=json.dumps({"store_hash": store.hash}))

    assert json.load(answer["Payload"])["name"] == "A store"


def test_the_token_does_not_follow_a_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[str] = []

    def answer(request: Request) -> Response:
        received.append(request.headers["X-Auth-Token"])
        return Response("{}") if request.path == "/other" else redirect(f"{server.url}/other")

    handler = runpy.run_path(str(PYTHON / "read_token.py"))["handler"]
    monkeypatch.setitem(handler.__globals__, "read_access_token", lambda *_: "a-token")
    with serve_application(answer) as server:
        for name, value in (("TABLE", "t"), ("ORGANIZATION_ID", "acme"), ("API_URL", server.url)):
            monkeypatch.setenv(name, value)
        with pytest.raises(RuntimeError, match="302"):
            handler({"store_hash": "abc"}, None)
    assert received == ["a-token"]


@pytest.fixture(scope="module")
def node_folder() -> Path:
    """A copy of the example with its packages, kept for the next run."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs Node.js 20 or later and npm")
    shutil.copytree(NODE, INSTALLED, dirs_exist_ok=True)
    options = ("--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline")
    subprocess.run(["npm", "install", *options], cwd=INSTALLED, check=True, capture_output=True)
    return INSTALLED


@pytest.mark.cli
def test_node_reads_the_token(
    deployed: LocalBackend, app: App, store: Store, node_folder: Path
) -> None:
    role = role_environment(
        deployed.emulator, "node", deployed.outputs["accessTokenReaderPolicyArn"]
    )
    environment = {**role, "AWS_REGION": REGION}
    table = deployed.outputs["installationsTable"]
    read = (
        "import { readAccessToken } from './readToken.js';"
        f"console.log(await readAccessToken({table!r}, 'acme', {store.hash!r}))"
    )

    def run() -> subprocess.CompletedProcess[str]:
        return run_in(node_folder, environment, "node", "--input-type=module", "--eval", read)

    assert f"Error: the app is not installed on store {store.hash}" in run().stderr
    install(deployed, store)
    done = run()
    assert done.stdout.strip() == access_token(deployed, app, store), done.stderr


def access_token(backend: LocalBackend, app: App, store: Store) -> str:
    installation = backend.bigcommerce.installation(app, store)
    assert installation is not None
    return installation.access_token


def run_in(
    folder: Path, environment: dict[str, str], *command: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which(command[0]) or command[0], *command[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
