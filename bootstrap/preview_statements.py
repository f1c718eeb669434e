"""What a preview takes besides looking at what is deployed."""

from bootstrap.policy import Statement
from components.installation_store import INDEX

CONSENTS = Statement(
    "Consents",
    # To say how many stores must consent again (`python -m installations consents`): of the index
    # the attributes that this compares, so no domain; and of the table, with its tokens and e-mail
    # addresses, nothing.
    resources=(
        "arn:{place.partition}:dynamodb:{place.region}:{place.account}:"
        "table/{place.prefix}*/index/" + INDEX,
    ),
    reads=("dynamodb:Query",),
    condition={
        "ForAllValues:StringEquals": {
            "dynamodb:Attributes": (
                "organization_id",
                "store_hash",
                "sk",
                "status",
                "client_id",
                "scopes",
            )
        },
        "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    },
)

PREVIEW_STATEMENTS = (CONSENTS,)
