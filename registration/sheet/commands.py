"""The Pulumi commands that take a registration further, for one stack."""

from dataclasses import dataclass

from registration.portal.model import AppRegistration, Registration


@dataclass(frozen=True)
class Commands:
    """Commands to be copied into a shell. What is in capitals is to be filled in."""

    registration: Registration

    @property
    def up(self) -> str:
        """Deploys."""
        return f"pulumi up --stack {self.registration.stack}"

    @property
    def logs(self) -> str:
        """Shows what the functions logged in the last minutes."""
        return f"pulumi logs --stack {self.registration.stack} --since 15m"

    @property
    def check(self) -> str:
        """Checks the deployment."""
        return f"python -m registration check --stack {self.registration.stack}"

    def set_partner_id(self, app: AppRegistration) -> str:
        """Records the Partner ID."""
        return self._set(app, "partnerId", "PARTNER_ID")

    def set_client_id(self, app: AppRegistration) -> str:
        """Gives the stack the Client ID."""
        return self._set(app, "clientId", "CLIENT_ID")

    def set_client_secret(self, app: AppRegistration) -> str:
        """Gives the stack the Client Secret; the CLI asks for it, so that no history keeps it."""
        path = f"clientSecrets.{app.organization_id}"
        return f"pulumi config set --stack {self.registration.stack} --secret --path '{path}'"

    def set_registered_base_url(self, app: AppRegistration) -> str:
        """Records that the portal has the URLs of this deployment."""
        return self._set(app, "registeredBaseUrl", app.base_url)

    def _set(self, app: AppRegistration, key: str, value: str) -> str:
        position = self.registration.apps.index(app)
        stack = self.registration.stack
        return f"pulumi config set --stack {stack} --path 'apps[{position}].{key}' {value}"
