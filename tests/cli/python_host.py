"""Runs a plugin written in Python for the Pulumi CLI, as its language host does.

No registry has that host. It runs the plugin's folder, whose requirements are installed here.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2, plugin_pb2
from pulumi.runtime.proto.language_pb2_grpc import (
    LanguageRuntimeServicer,
    add_LanguageRuntimeServicer_to_server,
)


class _PythonHost(LanguageRuntimeServicer):
    def Handshake(self, request: Any, context: Any) -> Any:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        yield language_pb2.InstallDependenciesResponse(stdout=b"They are installed.\n")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        plugin = subprocess.Popen(
            [sys.executable, request.info.program_directory, *request.args],
            cwd=request.pwd,
            env=os.environ | dict(each.split("=", 1) for each in request.env),
            stdout=subprocess.PIPE,
        )
        context.add_callback(plugin.kill)
        assert plugin.stdout
        for line in plugin.stdout:
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=plugin.wait())


def main() -> None:
    server = grpc.server(ThreadPoolExecutor(8))
    add_LanguageRuntimeServicer_to_server(_PythonHost(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):  # how the CLI ends it
        server.wait_for_termination()


if __name__ == "__main__":
    main()
