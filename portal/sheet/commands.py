"""The commands to run next, for one stack."""

from portal.model import AppRegistration, Registration


class Commands:
    """Commands to copy into a shell. Replace what is in capitals.

    If a program has the settings, a comment says what to set in it.

    Args:
        registration: the stack's.
        given: the options that name the source of the outputs, if any. The commands repeat them:
            an operator who has the outputs in a file may not have the Pulumi CLI.
        program: what starts the command line for operators. Texts that it does not print itself
            use the installed command's name, because only a checkout has `python -m ops`.
    """

    def __init__(
        self, registration: Registration, given: str = "", program: str = "bigcommerce-backend"
    ) -> None:
        given = given or f"--stack {registration.stack}"
        # As it was given, because a stack may be named with its organization and project.
        by_name = given.startswith("--stack ")
        self._stack = given if by_name else f"--stack {registration.stack}"
        # `pulumi config set` names an app by its position in the configuration.
        self._positions = {
            app.organization_id: position for position, app in enumerate(registration.apps)
        }
        self._packaged = registration.packaged
        stores = f"{program} stores"
        self.up = f"pulumi up {self._stack}"
        self.logs = f"pulumi logs {self._stack} --since 15m"
        self.sheet = f"{program} sheet {given}"
        self.sheet_of_an_app = f"{self.sheet} --app ORGANIZATION_ID"
        self.sheet_page = f"{self.sheet} --format html --output registration.html"
        self.list_stores = f"{stores} list {given}"
        self.list_every_store = f"{stores} list --all {given}"
        self.preview_purge = f"{stores} purge --dry-run {given}"
        # It needs the apps in the stack's configuration.
        self.consents = None if self._packaged else f"{stores} consents {given}"
        self._check = f"{program} check {given}"

    def sheet_of(self, app: AppRegistration) -> str:
        """Return the command that shows the app's sheet."""
        return self._of(self.sheet, app)

    def check(self, app: AppRegistration) -> str:
        """Return the command that checks the app's deployment."""
        return self._of(self._check, app)

    def set_partner_id(self, app: AppRegistration) -> str:
        """Return the command that records the Partner ID."""
        return self._set(app, "partnerId", "PARTNER_ID")

    def set_client_id(self, app: AppRegistration) -> str:
        """Return the command that adds the client ID."""
        return self._set(app, "clientId", "CLIENT_ID")

    def set_client_secret(self, app: AppRegistration) -> str:
        """Return the command that prompts for the client secret, to keep it out of the history."""
        path = f"clientSecrets.{app.organization_id}"
        if self._packaged:
            return (
                f"# In your program, set {path} to the client secret, from encrypted configuration"
            )
        return f"pulumi config set {self._stack} --secret --path '{path}'"

    def set_registered_base_url(self, app: AppRegistration) -> str:
        """Return the command that records that the portal has the URLs of this deployment."""
        return self._set(app, "registeredBaseUrl", app.base_url)

    def _of(self, command: str, app: AppRegistration) -> str:
        """Name the app if the stack has several."""
        return f"{command} --app {app.organization_id}" if len(self._positions) > 1 else command

    def _set(self, app: AppRegistration, key: str, value: str) -> str:
        path = f"apps[{self._positions[app.organization_id]}].{key}"
        if self._packaged:
            return f"# In your program, set {path} to {value}"
        return f"pulumi config set {self._stack} --path '{path}' {value}"
