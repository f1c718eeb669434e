"""What deploying the main program takes: a statement an AWS service or a kind of its resources.

Each names the Pulumi resource types it is for; a test compares them with those that the program
registers. The actions are those that the AWS provider calls for them (its resources' documentation
and the Service Authorization Reference), for everything but what has an id in place of a name
limited to the names that begin with project and stack.
"""

from bootstrap.policy import Statement, arn

_IAM = "arn:{scope.partition}:iam::{scope.account}:"
_TABLES = arn("dynamodb", "table/{scope.prefix}*")
_FUNCTIONS = arn("lambda", "function:{scope.prefix}*")
_API_GATEWAY = "arn:{scope.partition}:apigateway:{scope.region}::"
_ROLES = _IAM + "role/{scope.prefix}*"
_ROLE = "aws:iam/role:Role"
_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"

PROGRAM_STATEMENTS = (
    Statement(
        "Keys",
        # What more may be done with a key the key's own policy says (components.key_policy): so no
        # other key of the account is within reach. Tags are set in the creation.
        types=("aws:kms/key:Key",),
        resources=("*",),
        reads=("kms:ListAliases",),
        writes=("kms:CreateKey", "kms:TagResource"),
    ),
    Statement(
        "KeyAliases",
        types=("aws:kms/alias:Alias",),
        resources=(arn("kms", "alias/{scope.prefix}*"),),
        writes=("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"),
    ),
    Statement(
        "Tables",
        types=("aws:dynamodb/table:Table",),
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
        # The stores' records, with tokens and e-mail addresses, are no business of a deployment.
        types=("aws:dynamodb/tableItem:TableItem",),
        resources=(_TABLES,),
        reads=("dynamodb:GetItem",),
        writes=("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
        condition={"ForAllValues:StringNotLike": {"dynamodb:LeadingKeys": "*#STORE#*"}},
    ),
    Statement(
        "Secrets",
        types=(
            "aws:secretsmanager/secret:Secret",
            "aws:secretsmanager/secretVersion:SecretVersion",
        ),
        resources=(arn("secretsmanager", "secret:{scope.project}/{scope.stack}/*"),),
        # A refresh of a version reads its value, so the preview role may: that shows whoever has it
        # no more than a preview, which decrypts the same values in the configuration.
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
        types=(_ROLE,),
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
        "RolesWithinTheBoundary",
        # What a role may do is written only where the boundary limits it; and there is no
        # permission to take the boundary away, or to attach a policy that somebody else wrote.
        types=(_ROLE, _ROLE_POLICY),
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
        types=("aws:lambda/function:Function",),
        resources=(_ROLES,),
        writes=("iam:PassRole",),
        condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    ),
    Statement(
        "ManagedPolicies",
        types=("aws:iam/policy:Policy",),
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
        types=("aws:lambda/function:Function", "aws:lambda/permission:Permission"),
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
        # They have ids, but each names its function.
        types=("aws:lambda/eventSourceMapping:EventSourceMapping",),
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
        # Requests for tags never name a function, and one for a mapping that is gone may not: the
        # provider asks until it is.
        types=("aws:lambda/eventSourceMapping:EventSourceMapping",),
        resources=(arn("lambda", "event-source-mapping:*"),),
        reads=("lambda:GetEventSourceMapping", "lambda:ListTags"),
        writes=("lambda:TagResource", "lambda:UntagResource"),
    ),
    Statement(
        "Queues",
        types=("aws:sqs/queue:Queue",),
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
        types=(
            "aws:cloudwatch/eventBus:EventBus",
            "aws:cloudwatch/eventRule:EventRule",
            "aws:cloudwatch/eventTarget:EventTarget",
        ),
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
        types=("aws:cloudwatch/logGroup:LogGroup",),
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
        # An API's parts are found by ids alone. Creating, changing and deleting an API also tell
        # its name; the requests for its parts do not.
        types=(
            "aws:apigatewayv2/api:Api",
            "aws:apigatewayv2/integration:Integration",
            "aws:apigatewayv2/route:Route",
            "aws:apigatewayv2/stage:Stage",
        ),
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
        types=("aws:cloudwatch/metricAlarm:MetricAlarm",),
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
        types=("aws:sns/topic:Topic", "aws:sns/topicSubscription:TopicSubscription"),
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
        # A dashboard belongs to no region.
        types=("aws:cloudwatch/dashboard:Dashboard",),
        resources=(
            "arn:{scope.partition}:cloudwatch::{scope.account}:dashboard/"
            "{scope.project}-{scope.stack}",
        ),
        reads=("cloudwatch:GetDashboard",),
        writes=("cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"),
    ),
    Statement(
        "WithoutNames",
        # What has no resource that IAM could tell: lists, saved queries, what is done with a
        # subscription, and what API Gateway asks of the caller before it logs (its developer guide,
        # "Configure logging for HTTP APIs"). One statement, since a role's policies have a limit.
        types=(
            "aws:cloudwatch/logGroup:LogGroup",
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "aws:cloudwatch/queryDefinition:QueryDefinition",
            "aws:sns/topicSubscription:TopicSubscription",
            "aws:apigatewayv2/stage:Stage",
        ),
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
        types=("aws:apigatewayv2/domainName:DomainName",),
        resources=(_API_GATEWAY + "/domainnames",),
        writes=("apigateway:POST",),
        needs="domain",
    ),
    Statement(
        "RoleOfApiGateway",
        # API Gateway makes it with the caller's rights, for an account's first custom domain.
        types=("aws:apigatewayv2/domainName:DomainName",),
        resources=(_IAM + "role/aws-service-role/ops.apigateway.amazonaws.com/*",),
        writes=("iam:CreateServiceLinkedRole",),
        needs="domain",
    ),
    Statement(
        "Domain",
        types=("aws:apigatewayv2/domainName:DomainName", "aws:apigatewayv2/apiMapping:ApiMapping"),
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
        types=("aws:acm/certificate:Certificate",),
        resources=("*",),
        writes=("acm:RequestCertificate",),
        condition={"ForAllValues:StringEquals": {"acm:DomainNames": "{scope.domain}"}},
        needs="zone",
    ),
    Statement(
        "Certificate",
        # They have ids. AWS deletes none that is in use.
        types=(
            "aws:acm/certificate:Certificate",
            "aws:acm/certificateValidation:CertificateValidation",
        ),
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
        types=("aws:route53/record:Record",),
        resources=("arn:{scope.partition}:route53:::hostedzone/{scope.zone}",),
        reads=("route53:GetHostedZone", "route53:ListResourceRecordSets"),
        writes=("route53:ChangeResourceRecordSets",),
        condition={
            "ForAllValues:StringLike": {
                "route53:ChangeResourceRecordSetsNormalizedRecordNames": (
                    "{scope.domain}",
                    "*.{scope.domain}",  # the record that proves it for the certificate
                )
            }
        },
        needs="zone",
    ),
    Statement(
        "DomainRecordChanges",
        types=("aws:route53/record:Record",),
        resources=("arn:{scope.partition}:route53:::change/*",),
        reads=("route53:GetChange",),
        needs="zone",
    ),
)
