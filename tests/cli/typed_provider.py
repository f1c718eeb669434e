"""The embedded AWS as a provider with a schema, which YAML programs need: of one resource."""

import json
from typing import Any
from unittest.mock import patch

from pulumi.runtime.proto.provider_pb2 import GetSchemaResponse

from local.provider import AwsProvider
from local.provider import __main__ as server

_TEXT = {"type": "string"}
_ANY = {"$ref": "pulumi.json#/Any"}
_SCHEMA = {
    "name": "aws",
    "version": "7.0.0",
    "provider": {
        "inputProperties": {
            **dict.fromkeys(("region", "accessKey", "secretKey"), _TEXT),
            **dict.fromkeys(("skipCredentialsValidation", "skipMetadataApiCheck"), _ANY),
            "endpoints": {
                "type": "array",
                "items": {"type": "object", "additionalProperties": _TEXT},
            },
        }
    },
    "resources": {
        "aws:iam/policy:Policy": {
            "inputProperties": {"name": _TEXT, "policy": _TEXT},
            "properties": {"name": _TEXT, "policy": _TEXT, "arn": _TEXT},
            "required": ["name", "policy", "arn"],
        }
    },
}


class _TypedProvider(AwsProvider):
    def GetSchema(self, request: Any, context: Any = None) -> Any:
        return GetSchemaResponse(schema=json.dumps(_SCHEMA))


with patch.object(server, "AwsProvider", _TypedProvider):
    server.main()
