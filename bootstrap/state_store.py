"""StateStore: the S3 bucket of the stacks' state, and the KMS key of the secrets in it."""

import json

import pulumi
import pulumi_aws as aws

_OLD_VERSIONS_DAYS = 90


class StateStore(pulumi.ComponentResource):
    """A bucket that keeps every version, encrypted, over TLS alone, and a key.

    The key is for `--secrets-provider`: who may read the bucket still needs it to see a secret.
    Both are protected: without them no stack can be changed.

    Attributes:
        bucket: the bucket's name.
        key_arn: the key's ARN.
        backend_url: for `pulumi login`.
        secrets_provider: for `pulumi stack init --secrets-provider`.
    """

    bucket: pulumi.Output[str]
    key_arn: pulumi.Output[str]
    backend_url: pulumi.Output[str]
    secrets_provider: pulumi.Output[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bigcommerce:index:StateStore", "state", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        protected = pulumi.ResourceOptions(parent=self, protect=True)
        key = aws.kms.Key(
            "state",
            description=f"Secrets of the Pulumi stacks whose state is in {name}",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            opts=protected,
        )
        aws.kms.Alias("state", name=f"alias/{name}", target_key_id=key.key_id, opts=child)
        bucket = aws.s3.Bucket("state", bucket=name, opts=protected)
        self.bucket = bucket.bucket
        self.key_arn = key.arn
        aws.s3.BucketVersioning(
            "state",
            bucket=bucket.id,
            versioning_configuration={"status": "Enabled"},
            opts=child,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            "state",
            bucket=bucket.id,
            # The bucket's own encryption; the secrets in the state have the key besides.
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
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
        self.secrets_provider = pulumi.Output.concat("awskms:///", key.arn, "?region=", region)
        self.register_outputs({"bucket": self.bucket, "keyArn": self.key_arn})


def tls_only_policy(bucket_arn: str) -> str:
    """A bucket's policy, in JSON, that refuses what does not come over TLS."""
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
