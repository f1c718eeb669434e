"""The back end of a BigCommerce app."""

import pulumi
import pulumi_bigcommerce as bigcommerce

config = pulumi.Config()
organization_id = config.require("organizationId")
client_secret = config.get_secret("clientSecret")

backend = bigcommerce.AppBackend(
    "backend",
    apps=[
        bigcommerce.AppArgs(
            organization_id=organization_id,
            name=config.require("appName"),
            scopes=config.require("scopes").split(","),
            support_url=config.require("supportUrl"),
            client_id=config.get("clientId"),  # this and the others after the registration
            registered_base_url=config.get("registeredBaseUrl"),
        )
    ],
    client_secrets={organization_id: client_secret} if client_secret else {},
)

pulumi.export("baseUrl", backend.base_url)
pulumi.export("technicalTab", backend.technical_tab)
pulumi.export("readme", backend.readme)
pulumi.export("operations", backend.operations)
pulumi.export("installationsTable", backend.installations_table)
pulumi.export("accessTokenReaderPolicyArn", backend.access_token_reader_policy_arn)
pulumi.export("operatorPolicyArn", backend.operator_policy_arn)
