"""The permissions boundary of the main program's roles.

It grants nothing. A role may do what both its own policy and the boundary allow. So a holder of the
deploy role cannot give a function more than this program's functions need.
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
        # ListStreams supports no resource.
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
        # The stack's own key: only its administrators can give a key such an alias.
        resources=(arn("kms", "key/*"),),
        writes=("kms:Decrypt", "kms:Encrypt"),
        condition={"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/{scope.prefix}*"}},
    ),
    Statement(
        "DataEncryptedWithTheKey",
        # The key's policy allows these through a service, so the boundary must too.
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
