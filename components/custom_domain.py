"""CustomDomain: the callback URLs at the organization's own domain."""

import pulumi
import pulumi_aws as aws

from .callback_api import CallbackApi
from .settings.model import Domain


class CustomDomain(pulumi.ComponentResource):
    """A domain that leads to the HTTP API: certificate, mapping, and its records in Route 53.

    Without a certificate in the settings, the component requests one and validates it by a record
    in the zone. AWS renews it as long as that record exists. Without a zone, you create the records
    yourself.
    """

    def __init__(
        self,
        domain: Domain,
        *,
        api: CallbackApi,
        stage_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:CustomDomain", "domain", None, opts)
        self._domain = domain
        self._child = pulumi.ResourceOptions(parent=self)
        name = aws.apigatewayv2.DomainName(
            "domain",
            domain_name=domain.name,
            domain_name_configuration={
                "certificate_arn": domain.certificate_arn or self._validated_certificate_arn(),
                "endpoint_type": "REGIONAL",
                "ip_address_type": "dualstack",
                "security_policy": "TLS_1_2",  # the minimum; TLS 1.3 works too
            },
            opts=self._child,
        )
        aws.apigatewayv2.ApiMapping(
            "domain", api_id=api.id, domain_name=name.id, stage=stage_id, opts=self._child
        )
        if domain.hosted_zone_id is not None:
            self._add_record("A", domain.hosted_zone_id, name)
            self._add_record("AAAA", domain.hosted_zone_id, name)
        self.register_outputs({})

    def _validated_certificate_arn(self) -> pulumi.Output[str]:
        """Request a certificate, and validate it by a record in the zone."""
        certificate = aws.acm.Certificate(
            "domain",
            domain_name=self._domain.name,
            validation_method="DNS",
            # AWS deletes no certificate that is in use.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=False),
        )
        validation = certificate.domain_validation_options[0]
        proof = aws.route53.Record(
            "certificate",
            zone_id=self._domain.hosted_zone_id,
            name=validation.resource_record_name,
            type=validation.resource_record_type,
            records=[validation.resource_record_value],
            ttl=300,
            # AWS requires the same record for every certificate of a domain in an account.
            allow_overwrite=True,
            opts=self._child,
        )
        return aws.acm.CertificateValidation(
            "domain",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[proof.fqdn],
            opts=self._child,
        ).certificate_arn

    def _add_record(
        self, type_: str, zone_id: pulumi.Input[str], name: aws.apigatewayv2.DomainName
    ) -> None:
        """Add a record of this type to the zone."""
        target = name.domain_name_configuration
        aws.route53.Record(
            f"domain-{type_.lower()}",
            zone_id=zone_id,
            name=self._domain.name,
            type=type_,
            aliases=[
                {
                    "name": target.target_domain_name,
                    "zone_id": target.hosted_zone_id,
                    "evaluate_target_health": False,
                }
            ],
            opts=self._child,
        )
