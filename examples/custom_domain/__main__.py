"""The back end at a custom domain, whose hosted zone is in the same program."""

import pulumi
import pulumi_aws as aws
import pulumi_bigcommerce as bigcommerce

domain = pulumi.Config().require("domain")
zone = aws.route53.Zone("apps", name=domain)
backend = bigcommerce.AppBackend(
    "backend",
    apps=[
        bigcommerce.AppArgs(
            organization_id="acme",
            name="Acme",
            scopes=["store_v2_information_read_only"],
        )
    ],
    domain=bigcommerce.DomainArgs(name=domain, hosted_zone_id=zone.zone_id),
)
pulumi.export("nameServers", zone.name_servers)
pulumi.export("baseUrl", backend.base_url)
pulumi.export("readme", backend.readme)
pulumi.export("operations", backend.operations)
