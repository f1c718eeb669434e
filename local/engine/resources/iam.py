"""IAM roles and policies."""

from __future__ import annotations

from local.engine.resources.base import (
    Created,
    Inputs,
    Outputs,
    ResourceType,
    UpdatableType,
    changed,
    retag,
    tag_list,
)


class Role(UpdatableType):
    """A role."""

    token = "aws:iam/role:Role"
    immutable = frozenset({"name"})
    mutable = frozenset({"assumeRolePolicy", "description", "tags"})

    def create(self, inputs: Inputs) -> Created:
        """Create the role."""
        role = self.aws.iam.create_role(
            RoleName=inputs["name"],
            Description=inputs.get("description", ""),
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Tags=tag_list(inputs.get("tags", {})),
        )["Role"]
        return Created(inputs["name"], {"arn": role["Arn"]})

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change whatever differs."""
        iam, differs = self.aws.iam, changed(old, new)
        if "description" in differs:
            iam.update_role(RoleName=resource_id, Description=new.get("description", ""))
        if "assumeRolePolicy" in differs:
            iam.update_assume_role_policy(
                RoleName=resource_id, PolicyDocument=new["assumeRolePolicy"]
            )
        retag(
            old,
            new,
            lambda tags: iam.tag_role(RoleName=resource_id, Tags=tag_list(tags)),
            lambda keys: iam.untag_role(RoleName=resource_id, TagKeys=keys),
        )
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the role; AWS refuses while policies are attached."""
        self.aws.iam.delete_role(RoleName=resource_id)


class RolePolicy(UpdatableType):
    """A policy inside a role."""

    token = "aws:iam/rolePolicy:RolePolicy"
    immutable = frozenset({"name", "role"})
    mutable = frozenset({"policy"})

    def create(self, inputs: Inputs) -> Created:
        """Put the policy into the role."""
        self._put(inputs)
        return Created(f"{inputs['role']}:{inputs['name']}")

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Put the policy again, which replaces it."""
        self._put(new)
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Take the policy out of the role."""
        self.aws.iam.delete_role_policy(RoleName=inputs["role"], PolicyName=inputs["name"])

    def _put(self, inputs: Inputs) -> None:
        self.aws.iam.put_role_policy(
            RoleName=inputs["role"],
            PolicyName=inputs["name"],
            PolicyDocument=inputs["policy"],
        )


class Policy(UpdatableType):
    """A customer-managed policy."""

    token = "aws:iam/policy:Policy"
    immutable = frozenset({"name", "description"})
    mutable = frozenset({"policy", "tags"})

    def create(self, inputs: Inputs) -> Created:
        """Create the policy."""
        policy = self.aws.iam.create_policy(
            PolicyName=inputs["name"],
            Description=inputs.get("description", ""),
            PolicyDocument=inputs["policy"],
            Tags=tag_list(inputs.get("tags", {})),
        )["Policy"]
        return Created(policy["Arn"], {"arn": policy["Arn"]})

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Make the new document the default version, without keeping the one before."""
        iam = self.aws.iam
        if "policy" in changed(old, new):
            iam.create_policy_version(
                PolicyArn=resource_id, PolicyDocument=new["policy"], SetAsDefault=True
            )
            self._delete_old_versions(resource_id)
        retag(
            old,
            new,
            lambda tags: iam.tag_policy(PolicyArn=resource_id, Tags=tag_list(tags)),
            lambda keys: iam.untag_policy(PolicyArn=resource_id, TagKeys=keys),
        )
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the policy; AWS refuses while it is attached."""
        self.aws.iam.delete_policy(PolicyArn=resource_id)

    def _delete_old_versions(self, arn: str) -> None:
        for version in self.aws.iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                self.aws.iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])


TYPES: list[type[ResourceType]] = [Role, RolePolicy, Policy]
