"""Serves the provider over gRPC, as a Pulumi plugin does: its port is the line it prints."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

from local.provider import AwsProvider, ProviderError

_THREADS = 32
_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class ErrorInterceptor(grpc.ServerInterceptor):  # type: ignore[misc]
    """Answers an error with its message alone, where gRPC would log a traceback."""

    def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        """Return the method's handler, with its errors answered."""
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler

        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            try:
                return handler.unary_unary(request, context)
            except ProviderError as error:
                context.abort(grpc.StatusCode.UNKNOWN, str(error))
            except NotImplementedError as error:  # which the engine takes as "no"
                context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))

        return grpc.unary_unary_rpc_method_handler(
            answer, handler.request_deserializer, handler.response_serializer
        )


def main() -> None:
    """Serve on a free port of 127.0.0.1 until the engine ends the process."""
    server = grpc.server(
        ThreadPoolExecutor(_THREADS), interceptors=[ErrorInterceptor()], options=_OPTIONS
    )
    add_ResourceProviderServicer_to_server(AwsProvider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
