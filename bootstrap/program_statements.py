"""The permissions that deploying the main program takes, by AWS service or kind of resource.

The actions are those that the AWS provider calls (its documentation, and the Service Authorization
Reference). Resources that have names are limited to those that start with the project and stack.
"""

from bootstrap.policy import Statement, arn

_IAM = "arn:{scope.partition}:iam::{scope.account}:"
_TABLES = arn("dynamodb", "table/{scope.prefix}*")
_FUNCTIONS = arn("lambda", "function:{scope.prefix}*")
_API_GATEWAY = "arn:{scope.partition}:apigateway:{scope.region}::"
_ROLES = _IAM + "role/{scope.prefix}*"

PROGRAM_STATEMENTS = (
    Statement(
        "Keys",
        # The key's own policy grants the rest (components.key_policy), so that no other key of the
        # account is within reach. Tags are set on creation.
        resources=("*",),
        reads=("kms:ListAliases",),
        writes=("kms:CreateKey", "kms:TagResource"),
    ),
    Statement(
        "KeyAliases",
        resources=(arn("kms", "alias/{scope.prefix}*"),),
        writes=("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"),
    ),
    Statement(
        "Tables",
        resources=(_TABLES,),
        reads=(
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:ListTagsOfResource",
        ),
        writes=(
            "dynamodb:CreateTable",
            "dynamodb:DeleteTable",
            "dynamodb:TagResource",
            "dynamodb:UntagResource",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:UpdateTable",
            "dynamodb:UpdateTimeToLive",
        ),
    ),
    Statement(
        "AppProfiles",
        # A deployment must not read the stores' records, with tokens and email addresses.
        resources=(_TABLES,),
        reads=("dynamodb:GetItem",),
        writes=("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
        condition={"ForAllValues:StringNotLike": {"dynamodb:LeadingKeys": "*#STORE#*"}},
    ),
    Statement(
        "Secrets",
        resources=(arn("secretsmanager", "secret:{scope.project}/{scope.stack}/*"),),
        # The preview role may read values, because a refresh does. A preview decrypts the same
        # values in the configuration.
        reads=(
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetResourcePolicy",
            "secretsmanager:GetSecretValue",
        ),
        writes=(
            "secretsmanager:CreateSecret",
            "secretsmanager:DeleteSecret",
            "secretsmanager:PutSecretValue",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
            "secretsmanager:UpdateSecret",
            "secretsmanager:UpdateSecretVersionStage",
        ),
    ),
    Statement(
        "Roles",
        resources=(_ROLES,),
        reads=(
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
        ),
        writes=(
            "iam:DeleteRole",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRoleDescription",
        ),
    ),
    Statement(
        "RolePermissions",
        # Every role that these can change has the boundary. Nothing allows removing the boundary,
        # or attaching a managed policy.
        resources=(_ROLES,),
        writes=(
            "iam:CreateRole",
            "iam:DeleteRolePolicy",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
        ),
        condition={"StringEquals": {"iam:PermissionsBoundary": "{scope.boundary}"}},
    ),
    Statement(
        "RolesOfFunctions",
        resources=(_ROLES,),
        writes=("iam:PassRole",),
        condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    ),
    Statement(
        "ManagedPolicies",
        resources=(_IAM + "policy/{scope.prefix}*",),
        reads=("iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"),
        writes=(
            "iam:CreatePolicy",
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:TagPolicy",
            "iam:UntagPolicy",
        ),
    ),
    Statement(
        "Functions",
        resources=(_FUNCTIONS,),
        reads=(
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetFunctionConfiguration",
            "lambda:GetPolicy",
            "lambda:ListTags",
            "lambda:ListVersionsByFunction",
        ),
        writes=(
            "lambda:AddPermission",
            "lambda:CreateFunction",
            "lambda:DeleteFunction",
            "lambda:DeleteFunctionConcurrency",
            "lambda:PutFunctionConcurrency",
            "lambda:RemovePermission",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
        ),
    ),
    Statement(
        "EventSources",
        # A mapping has an ID instead of a name, but it names its function.
        resources=("*",),
        writes=(
            "lambda:CreateEventSourceMapping",
            "lambda:DeleteEventSourceMapping",
            "lambda:UpdateEventSourceMapping",
        ),
        condition={"ArnLike": {"lambda:FunctionArn": _FUNCTIONS}},
    ),
    Statement(
        "EventSourcesById",
        # Requests for tags do not name the function. The provider polls a deleted mapping.
        resources=(arn("lambda", "event-source-mapping:*"),),
        reads=("lambda:GetEventSourceMapping", "lambda:ListTags"),
        writes=("lambda:TagResource", "lambda:UntagResource"),
    ),
    Statement(
        "Queues",
        resources=(arn("sqs", "{scope.prefix}*"),),
        reads=("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"),
        writes=(
            "sqs:CreateQueue",
            "sqs:DeleteQueue",
            "sqs:SetQueueAttributes",
            "sqs:TagQueue",
            "sqs:UntagQueue",
        ),
    ),
    Statement(
        "Events",
        resources=(
            arn("events", "event-bus/{scope.prefix}*"),
            arn("events", "rule/{scope.prefix}*"),
        ),
        reads=(
            "events:DescribeEventBus",
            "events:DescribeRule",
            "events:ListTagsForResource",
            "events:ListTargetsByRule",
        ),
        writes=(
            "events:CreateEventBus",
            "events:DeleteEventBus",
            "events:DeleteRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
            "events:TagResource",
            "events:UntagResource",
        ),
    ),
    Statement(
        "LogGroups",
        resources=(
            arn("logs", "log-group:/aws/lambda/{scope.prefix}*"),
            arn("logs", "log-group:/aws/vendedlogs/{scope.prefix}*"),
        ),
        reads=("logs:ListTagsForResource",),
        writes=(
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:DeleteRetentionPolicy",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ),
    ),
    Statement(
        "Apis",
        # APIs and their parts have IDs. Only requests for an API itself include its name.
        resources=(
            _API_GATEWAY + "/apis",
            _API_GATEWAY + "/apis/*",
            _API_GATEWAY + "/tags/*",
        ),
        reads=("apigateway:GET",),
        writes=("apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"),
        condition={
            "StringLikeIfExists": {
                "apigateway:Request/ApiName": "{scope.prefix}*",
                "apigateway:Resource/ApiName": "{scope.prefix}*",
            }
        },
    ),
    Statement(
        "Alarms",
        resources=(arn("cloudwatch", "alarm:{scope.prefix}*"),),
        reads=("cloudwatch:ListTagsForResource",),
        writes=(
            "cloudwatch:DeleteAlarms",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ),
    ),
    Statement(
        "AlarmTopic",
        resources=(arn("sns", "{scope.prefix}*"),),
        reads=("sns:GetTopicAttributes", "sns:ListTagsForResource"),
        writes=(
            "sns:CreateTopic",
            "sns:DeleteTopic",
            "sns:SetTopicAttributes",
            "sns:Subscribe",
            "sns:TagResource",
            "sns:UntagResource",
        ),
    ),
    Statement(
        "Dashboards",
        # A dashboard has no region.
        resources=(
            "arn:{scope.partition}:cloudwatch::{scope.account}:dashboard/"
            "{scope.project}-{scope.stack}",
        ),
        reads=("cloudwatch:GetDashboard",),
        writes=("cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"),
    ),
    Statement(
        "WithoutNames",
        # Actions without resources that a policy can name: lists, saved queries, subscriptions, and
        # what API Gateway requires of the caller for access logs (its developer guide, "Configure
        # logging for HTTP APIs"). One statement, because a role's policies have a size limit.
        resources=("*",),
        reads=(
            "cloudwatch:DescribeAlarms",
            "logs:DescribeLogGroups",
            "logs:DescribeQueryDefinitions",
            "sns:GetSubscriptionAttributes",
        ),
        writes=(
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DeleteQueryDefinition",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutQueryDefinition",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
            "sns:SetSubscriptionAttributes",
            "sns:Unsubscribe",
        ),
    ),
    Statement(
        "NewDomain",
        resources=(_API_GATEWAY + "/domainnames",),
        writes=("apigateway:POST",),
        needs="domain",
    ),
    Statement(
        "RoleOfApiGateway",
        # API Gateway creates it with the caller's permissions, for an account's first domain.
        resources=(_IAM + "role/aws-service-role/ops.apigateway.amazonaws.com/*",),
        writes=("iam:CreateServiceLinkedRole",),
        needs="domain",
    ),
    Statement(
        "Domain",
        resources=(
            _API_GATEWAY + "/domainnames/{scope.domain}",
            _API_GATEWAY + "/domainnames/{scope.domain}/*",
        ),
        reads=("apigateway:GET",),
        writes=("apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"),
        needs="domain",
    ),
    Statement(
        "NewCertificate",
        resources=("*",),
        writes=("acm:RequestCertificate",),
        condition={"ForAllValues:StringEquals": {"acm:DomainNames": "{scope.domain}"}},
        needs="zone",
    ),
    Statement(
        "Certificate",
        # Certificates have IDs. AWS refuses to delete one that is in use.
        resources=(arn("acm", "certificate/*"),),
        reads=("acm:DescribeCertificate", "acm:ListTagsForCertificate"),
        writes=(
            "acm:AddTagsToCertificate",
            "acm:DeleteCertificate",
            "acm:RemoveTagsFromCertificate",
        ),
        needs="zone",
    ),
    Statement(
        "DomainRecord",
        resources=("arn:{scope.partition}:route53:::hostedzone/{scope.zone}",),
        reads=("route53:GetHostedZone", "route53:ListResourceRecordSets"),
        writes=("route53:ChangeResourceRecordSets",),
        condition={
            "ForAllValues:StringLike": {
                "route53:ChangeResourceRecordSetsNormalizedRecordNames": (
                    "{scope.domain}",
                    "*.{scope.domain}",  # the certificate's validation record
                )
            }
        },
        needs="zone",
    ),
    Statement(
        "DomainRecordChanges",
        resources=("arn:{scope.partition}:route53:::change/*",),
        reads=("route53:GetChange",),
        needs="zone",
    ),
)
