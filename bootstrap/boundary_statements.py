"""The permissions boundary: the most that a role of the main program may do, whatever it is given.

It grants nothing. A role may do what both its own policy and this allow: so whoever holds the
deploy role can give a function no more than a function of this program may need.
"""

from bootstrap.policy import Statement, arn

BOUNDARY_STATEMENTS = (
    Statement(
        "Logs",
        resources=(arn("logs", "log-group:/aws/lambda/{scope.prefix}*"),),
        writes=("logs:CreateLogStream", "logs:PutLogEvents"),
    ),
    Statement(
        "Traces",
        resources=("*",),
        writes=("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
    ),
    Statement(
        "Secrets",
        resources=(arn("secretsmanager", "secret:{scope.project}/{scope.stack}/*"),),
        reads=("secretsmanager:GetSecretValue",),
    ),
    Statement(
        "Records",
        resources=(arn("dynamodb", "table/{scope.prefix}*"),),
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
        resources=(arn("sqs", "{scope.prefix}*"),),
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
        resources=(arn("events", "event-bus/{scope.prefix}*"),),
        writes=("events:PutEvents",),
    ),
    Statement(
        "Tokens",
        # The stack's own key: nobody but its key policy's administrators can give it such an alias.
        resources=(arn("kms", "key/*"),),
        writes=("kms:Decrypt", "kms:Encrypt"),
        condition={"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/{scope.prefix}*"}},
    ),
    Statement(
        "DataEncryptedWithTheKey",
        # What the key's policy allows everyone through a service, the boundary must not take back.
        resources=(arn("kms", "key/*"),),
        writes=(
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
        ),
        condition={
            "ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/{scope.prefix}*"},
            "StringEquals": {
                "kms:ViaService": (
                    "dynamodb.{scope.region}.amazonaws.com",
                    "secretsmanager.{scope.region}.amazonaws.com",
                )
            },
        },
    ),
)
