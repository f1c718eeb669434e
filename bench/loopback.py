"""AWS, BigCommerce and Rutter on a loopback port, over TLS; they answer as in `answers`."""

import json
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import botocore
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bench import answers

HOST = "127.0.0.1"

# What a request is answered with: headers and a body, or None to end the connection.
Answer = Callable[[BaseHTTPRequestHandler, bytes], tuple[Mapping[str, str], bytes] | None]
# The ports that each service was connected to from.
Connections = dict[str, set[int]]


@contextmanager
def serve(answer: Answer, certificate: Path | None = None) -> Iterator[str]:
    """Serve until the block ends, and give the host and port; over TLS with a certificate."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answered = answer(self, body)
            if answered is None:
                self.close_connection = True
                return
            headers, content = answered
            self.send_response(202 if self.command == "POST" and not content else 200)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"{HOST}:{server.server_port}"
        server.shutdown()


@contextmanager
def services(function: str, folder: Path) -> Iterator[tuple[dict[str, str], Connections]]:
    """Everything a function talks to.

    Gives the variables by which a function finds and trusts it, and who connected so far: by the
    names that requests to AWS are signed with, `bigcommerce` and `rutter`. `folder` takes files.
    """
    connections: Connections = defaultdict(set)

    def answer(request: BaseHTTPRequestHandler, body: bytes) -> tuple[Mapping[str, str], bytes]:
        target = request.headers.get("X-Amz-Target")
        if target is None:
            service, content = request.path.split("/")[1], answers.elsewhere(request.path)
        else:
            # Credential={key}/{date}/{region}/{service}/aws4_request
            service = request.headers["Authorization"].split("/")[3]
            content = answers.aws(target, json.loads(body), function)
        connections[service].add(request.client_address[1])
        return {}, json.dumps(content).encode()

    file, trusted = certificate(HOST, folder), folder / "trusted.pem"
    # With the others that botocore trusts: to load them is the larger part of a TLS connection.
    own = Path(botocore.__file__).with_name("cacert.pem").read_bytes()
    trusted.write_bytes(own + file.read_bytes().partition(b"-----BEGIN PRIVATE")[0])
    with serve(answer, file) as host:
        yield (
            {
                "AWS_ENDPOINT_URL": f"https://{host}",
                "AWS_CA_BUNDLE": str(trusted),
                "SSL_CERT_FILE": str(trusted),
                "LOGIN_URL": f"https://{host}/bigcommerce",
                "RUTTER_BASE_URL": f"https://{host}/rutter",
            },
            connections,
        )


def certificate(name: str, folder: Path) -> Path:
    """A PEM file with a self-signed certificate for an address, and with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(signed.public_bytes(Encoding.PEM) + private)
    return file
