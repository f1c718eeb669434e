"""GET requests to this machine, by any name under localhost."""

import socket
import threading

import pytest

from local import loopback_http
from local.loopback_http import UnreachableError


def test_the_host_and_the_query_are_sent_and_no_redirect_is_followed() -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answer = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 2\r\n\r\n\xc3("
        thread = threading.Thread(target=_answer_once, args=(listener, answer, asked))
        thread.start()
        host = f"api1.execute-api.localhost:{listener.getsockname()[1]}"
        response = loopback_http.get(f"http://{host}?signed_payload_jwt=a.b.c", 5)
        thread.join()
    assert asked[0].startswith(b"GET /?signed_payload_jwt=a.b.c HTTP/1.1\r\n")
    assert f"\r\nHost: {host}\r\n".encode() in asked[0]
    assert response.status == 302, "redirects are not followed"
    assert response.headers["Location"] == "/x"
    assert response.text == "\N{REPLACEMENT CHARACTER}("


@pytest.mark.parametrize(
    "url",
    ["http://localhost.example.com/?code=confidential", "https://localhost/?code=confidential"],
)
def test_other_machines_are_not_called(url: str) -> None:
    with pytest.raises(UnreachableError, match="is not an http URL of this machine") as raised:
        loopback_http.get(url, 1)
    assert "confidential" not in str(raised.value)


def _answer_once(listener: socket.socket, answer: bytes, asked: list[bytes]) -> None:
    connection, _ = listener.accept()
    with connection:
        asked.append(connection.recv(65_536))
        connection.sendall(answer)
