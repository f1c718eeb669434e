"""What previews and drift detection need besides reading what is deployed."""

from bootstrap.policy import Statement, arn
from components.callbacks import CALLBACKS
from components.installation_store import INDEX

CONSENTS = Statement(
    "Consents",
    # To say how many stores must consent again (`python -m ops stores consents`): of the index
    # the attributes that this compares, so no domain; and of the table, with its tokens and e-mail
    # addresses, nothing. The keys of both are among them, as AWS demands ("Using IAM policy
    # conditions for fine-grained access control"): a further page begins at one.
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

# For the nightly check (`python -m ops check`): when BigCommerce last called, and that the
# scopes it sent are the app's. The functions' logs have no secret, no token and no address; the
# API's access log has addresses, and is not among them.
QUERY_CALLS = Statement(
    "QueryCalls",
    resources=tuple(
        arn("logs", "log-group:/aws/lambda/{scope.prefix}" + callback.name + "*")
        for callback in CALLBACKS
    ),
    reads=("logs:StartQuery",),
)
# It has no resource to name: who knows the id of a query gets its results.
READ_QUERY = Statement("ReadQuery", resources=("*",), reads=("logs:GetQueryResults",))

PREVIEW_STATEMENTS = (CONSENTS, QUERY_CALLS, READ_QUERY)
