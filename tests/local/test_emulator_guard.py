"""The guard of the embedded AWS against web pages. Browsers can call only the deployed APIs."""

from http.client import HTTPConnection

import pytest

from local.emulator import Emulator

OWN, API = "localhost:{port}", "0a1b2c3d.execute-api.localhost:{port}"
EVIL = "https://evil.example"
# A GET to a deployed API's host must not be treated as an AWS query.
AWS_QUERY = (
    "/?Action=ListRoles&Version=2010-05-08&X-Amz-Credential=test/20260101/us-east-1/iam/aws4"
)


def status(emulator: Emulator, host: str, method: str, path: str, headers: dict[str, str]) -> int:
    connection = HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    try:
        host = host.format(port=emulator.port)
        connection.request(method, path, headers={"Host": host} | headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("refused", "host", "method", "headers"),
    [
        (False, "127.0.0.1:{port}", "POST", {}),
        (False, OWN, "POST", {"Authorization": "AWS4-HMAC-SHA256 Credential=test/..."}),
        (False, OWN, "GET", {"Sec-Fetch-Site": "none"}),
        (False, API, "GET", {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}),
        (False, API, "POST", {}),
        (True, OWN, "POST", {"Origin": EVIL}),  # a form
        (True, OWN, "POST", {"Origin": "null"}),  # a sandboxed page
        (True, OWN, "GET", {"Sec-Fetch-Site": "cross-site"}),  # an image
        (True, OWN, "GET", {"Sec-Fetch-Site": "same-site"}),  # another port
        (True, "evil.example:{port}", "POST", {}),  # a name that was rebound
        (True, "127.0.0.1.evil.example", "POST", {}),
        (True, API, "POST", {"Origin": EVIL}),
        (True, "0a1b2c3d.execute-api.localhost.evil.example", "GET", {}),
        (True, "", "GET", {}),
    ],
)
def test_only_requests_of_pages_are_refused(
    emulator: Emulator, host: str, method: str, headers: dict[str, str], *, refused: bool
) -> None:
    assert (status(emulator, host, method, "/", headers) == 403) == refused


def test_the_api_hosts_do_not_lead_to_aws(emulator: Emulator) -> None:
    assert status(emulator, API, "GET", AWS_QUERY, {"Origin": EVIL}) == 404
