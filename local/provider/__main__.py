"""Serves the provider over gRPC as a Pulumi plugin, which prints its port."""

from __future__ import annotations

import logging
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

from local.provider import AwsProvider, ProviderError

_THREADS = 32
_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def _is_defect(record: logging.LogRecord) -> bool:
    """Return whether gRPC should log the traceback; the engine receives any error."""
    kind = (record.exc_info or (None,))[0]
    return kind not in (ProviderError, NotImplementedError)


def main() -> None:
    """Serve on a free port of 127.0.0.1 until the engine ends the process."""
    logging.getLogger("grpc._server").addFilter(_is_defect)
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=_OPTIONS)
    add_ResourceProviderServicer_to_server(AwsProvider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
