"""The commands to run next in the registration of one stack's apps."""

from portal.model import AppRegistration, Registration


class Commands:
    """Commands to copy into a shell. Replace what is in capitals.

    Commands that read the outputs repeat the options with which the outputs were `given`, if any:
    an operator who has them in a file may not have the Pulumi CLI.
    """

    def __init__(self, registration: Registration, given: str = "") -> None:
        self._given = given or f"--stack {registration.stack}"
        # As it was given, since a stack may be named with its organization and project.
        by_name = self._given.startswith("--stack ")
        self._stack = self._given if by_name else f"--stack {registration.stack}"
        self._name = registration.stack
        # `pulumi config set` names an app by its position in the configuration.
        self._positions = {
            app.organization_id: position for position, app in enumerate(registration.apps)
        }

    @property
    def up(self) -> str:
        """Deploys."""
        return f"pulumi up {self._stack}"

    @property
    def logs(self) -> str:
        """Shows what the functions logged in the last minutes."""
        return f"pulumi logs {self._stack} --since 15m"

    @property
    def sheet(self) -> str:
        """Shows what to enter in the portal; with many apps, their statuses."""
        return f"python -m ops sheet {self._given}"

    @property
    def sheet_of_an_app(self) -> str:
        """Shows what to enter in the portal for one app."""
        return f"{self.sheet} --app ORGANIZATION_ID"

    def sheet_of(self, app: AppRegistration) -> str:
        """Shows what to enter for the app; names it only if the stack has several."""
        return self._of(self.sheet, app)

    @property
    def sheet_page(self) -> str:
        """Writes the whole sheet as a page with copy buttons."""
        return f"{self.sheet} --format html --output registration.html"

    @property
    def list_stores(self) -> str:
        """Lists the stores, with the state of each one's connection at Rutter."""
        return f"python -m ops stores list {self._given}"

    @property
    def list_every_store(self) -> str:
        """Lists also the stores that uninstalled the app."""
        return f"python -m ops stores list --all {self._given}"

    @property
    def preview_purge(self) -> str:
        """Shows which records can be deleted."""
        return f"python -m ops stores purge --dry-run {self._given}"

    @property
    def consents(self) -> str:
        """Counts the stores that must consent again when the configuration is deployed."""
        config = "" if self._given == self._stack else f" --config Pulumi.{self._name}.yaml"
        return f"python -m ops stores consents {self._given}{config}"

    def check(self, app: AppRegistration) -> str:
        """Checks the app's deployment; names it only if the stack has several."""
        return self._of(f"python -m ops check {self._given}", app)

    def set_partner_id(self, app: AppRegistration) -> str:
        """Records the Partner ID."""
        return self._set(app, "partnerId", "PARTNER_ID")

    def set_client_id(self, app: AppRegistration) -> str:
        """Gives the stack the Client ID."""
        return self._set(app, "clientId", "CLIENT_ID")

    def set_client_secret(self, app: AppRegistration) -> str:
        """Gives the stack the Client Secret; the CLI asks for it, so that no history keeps it."""
        path = f"clientSecrets.{app.organization_id}"
        return f"pulumi config set {self._stack} --secret --path '{path}'"

    def set_registered_base_url(self, app: AppRegistration) -> str:
        """Records that the portal has the URLs of this deployment."""
        return self._set(app, "registeredBaseUrl", app.base_url)

    def _of(self, command: str, app: AppRegistration) -> str:
        return f"{command} --app {app.organization_id}" if len(self._positions) > 1 else command

    def _set(self, app: AppRegistration, key: str, value: str) -> str:
        path = f"apps[{self._positions[app.organization_id]}].{key}"
        return f"pulumi config set {self._stack} --path '{path}' {value}"
