"""StateStore: the S3 bucket of the stacks' state, and the KMS keys of its secrets."""

import json
from collections.abc import Iterable

import pulumi
import pulumi_aws as aws

from components.ci_roles import state_key_alias

_OLD_VERSIONS_DAYS = 90


class StateStore(pulumi.ComponentResource):
    """A versioned bucket that accepts only TLS, and a KMS key for each stack.

    A stack's key encrypts the secrets in its state (`--secrets-provider`), and no other stack's. S3
    encrypts the bucket by default. All are protected: without them, no stack can be changed.

    Attributes:
        bucket: name of the bucket.
        key_arns: ARN of each stack's key.
        backend_url: for `pulumi login`.
        secrets_providers: of each stack, for `pulumi stack init --secrets-provider`.
    """

    bucket: pulumi.Output[str]
    key_arns: dict[str, pulumi.Output[str]]
    backend_url: pulumi.Output[str]
    secrets_providers: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        project: str,
        stacks: Iterable[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:StateStore", "state", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        protected = pulumi.ResourceOptions(parent=self, protect=True)
        bucket = aws.s3.Bucket("state", bucket=name, opts=protected)
        self.bucket = bucket.bucket
        self.key_arns = {stack: self._key(project, stack) for stack in stacks}
        aws.s3.BucketVersioning(
            "state",
            bucket=bucket.id,
            versioning_configuration={"status": "Enabled"},
            opts=child,
        )
        aws.s3.BucketLifecycleConfiguration(
            "state",
            bucket=bucket.id,
            rules=[
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": _OLD_VERSIONS_DAYS},
                }
            ],
            opts=child,
        )
        access = aws.s3.BucketPublicAccessBlock(
            "state",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketPolicy(
            "state",
            bucket=bucket.id,
            policy=bucket.arn.apply(tls_only_policy),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[access]),
        )
        region = aws.get_region_output().region
        self.backend_url = pulumi.Output.concat("s3://", self.bucket, "?region=", region)
        self.secrets_providers = {
            stack: pulumi.Output.concat("awskms:///", key_arn, "?region=", region)
            for stack, key_arn in self.key_arns.items()
        }
        self.register_outputs({"bucket": self.bucket, "keyArns": self.key_arns})

    def _key(self, project: str, stack: str) -> pulumi.Output[str]:
        key = aws.kms.Key(
            f"state-{stack}",
            description=f"Secrets in the Pulumi state of {project} {stack}",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        aws.kms.Alias(
            f"state-{stack}",
            name=state_key_alias(project, stack),
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return key.arn


def tls_only_policy(bucket_arn: str) -> str:
    """Return a bucket policy, in JSON, that refuses requests without TLS."""
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
