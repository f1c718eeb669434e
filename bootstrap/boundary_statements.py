"""The permissions boundary: the most that a role of the main program may do, whatever it is given.

It grants nothing. A role may do what both its own policy and this allow: so whoever holds the
deploy role can give a function no more than a function of this program may need.
"""

from bootstrap.policy import Statement

_HERE = "{place.region}:{place.account}:"

BOUNDARY_STATEMENTS = (
    Statement(
        "Logs",
        resources=(
            "arn:{place.partition}:logs:" + _HERE + "log-group:/aws/lambda/{place.prefix}*",
        ),
        writes=("logs:CreateLogStream", "logs:PutLogEvents"),
    ),
    Statement(
        "Traces",
        resources=("*",),
        writes=("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
    ),
    Statement(
        "Secrets",
        resources=(
            "arn:{place.partition}:secretsmanager:"
            + _HERE
            + "secret:{place.project}/{place.stack}/*",
        ),
        reads=("secretsmanager:GetSecretValue",),
    ),
    Statement(
        "Records",
        resources=("arn:{place.partition}:dynamodb:" + _HERE + "table/{place.prefix}*",),
        reads=(
            "dynamodb:DescribeStream",
            "dynamodb:GetItem",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:Query",
        ),
        writes=("dynamodb:PutItem", "dynamodb:UpdateItem"),
    ),
    Statement(
        "Streams",
        # Streams are listed for all tables or none.
        resources=("*",),
        reads=("dynamodb:ListStreams",),
    ),
    Statement(
        "Queues",
        resources=("arn:{place.partition}:sqs:" + _HERE + "{place.prefix}*",),
        writes=(
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ),
    ),
    Statement(
        "Events",
        resources=("arn:{place.partition}:events:" + _HERE + "event-bus/{place.prefix}*",),
        writes=("events:PutEvents",),
    ),
    Statement(
        "Tokens",
        # The stack's own key: nobody but its key policy's administrators can give it such an alias.
        resources=("arn:{place.partition}:kms:" + _HERE + "key/*",),
        writes=("kms:Decrypt", "kms:Encrypt"),
        condition={"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/{place.prefix}*"}},
    ),
    Statement(
        "DataEncryptedWithTheKey",
        # What the key's policy allows everyone through a service, the boundary must not take back.
        resources=("arn:{place.partition}:kms:" + _HERE + "key/*",),
        writes=(
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
        ),
        condition={
            "ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/{place.prefix}*"},
            "StringEquals": {
                "kms:ViaService": (
                    "dynamodb.{place.region}.amazonaws.com",
                    "secretsmanager.{place.region}.amazonaws.com",
                )
            },
        },
    ),
)
