"""Permissions of previews and drift detection, besides reading the deployed resources."""

from bootstrap.policy import Statement, arn
from components.callbacks import CALLBACKS
from components.installation_store import INDEX

CONSENTS = Statement(
    "Consents",
    # To count the stores that must consent again (`bigcommerce-backend stores consents`). Only the
    # attributes that this compares may be read from the index, and nothing from the table, which
    # has tokens and email addresses. AWS requires the keys of both among the attributes ("Using
    # IAM policy conditions for fine-grained access control").
    resources=(arn("dynamodb", "table/{scope.prefix}*/index/" + INDEX),),
    reads=("dynamodb:Query",),
    condition={
        "ForAllValues:StringEquals": {
            "dynamodb:Attributes": (
                "organization_id",
                "store_hash",
                "pk",
                "sk",
                "status",
                "client_id",
                "scopes",
            )
        },
        "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    },
)

# For the nightly check (`bigcommerce-backend check`): BigCommerce's last calls and their scopes.
# The functions' logs have no secret, token or IP address. The API's access log has IP addresses, so
# it is excluded.
QUERY_CALLS = Statement(
    "QueryCalls",
    resources=tuple(
        arn("logs", "log-group:/aws/lambda/{scope.prefix}" + callback.name + "*")
        for callback in CALLBACKS
    ),
    reads=("logs:StartQuery",),
)
# It supports no resource: anyone with a query's ID gets its results.
READ_QUERY = Statement("ReadQuery", resources=("*",), reads=("logs:GetQueryResults",))

PREVIEW_STATEMENTS = (CONSENTS, QUERY_CALLS, READ_QUERY)
