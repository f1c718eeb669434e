"""The commands. Each is imported when it runs: what calls AWS takes long to import."""

from cyclopts import App, Parameter

from ops.version import program_version

app = App(
    name="bigcommerce-backend",
    help="Register a stack's apps with BigCommerce, check them, and work with their stores.",
    version=program_version,
    help_format="plaintext",
    default_parameter=Parameter(negative=(), show_default=False),
    suppress_keyboard_interrupt=False,
)
app.command("ops.sheet.command:run", name="sheet", help="Show what to enter in the portal.")
app.command("ops.check.command:run", name="check", help="Check the deployed callbacks.")

stores = App(name="stores", help="Work with the stores that installed the stack's apps.")
app.command(stores)
stores.command("ops.stores.commands.list_stores:run", name="list", help="List the stores.")
stores.command("ops.stores.commands.sheet:run", name="show", help="Show one store.")
stores.command("ops.stores.commands.token:run", name="token", help="Print an access token.")
stores.command("ops.stores.commands.verify:run", name="verify", help="Verify the access tokens.")
stores.command("ops.stores.commands.purge:run", name="purge", help="Delete stale records.")
stores.command("ops.stores.commands.import_tokens:run", name="import", help="Import tokens.")
stores.command("ops.stores.commands.connect:run", name="connect", help="Connect stores to Rutter.")
stores.command("ops.stores.commands.redrive:run", name="redrive", help="Retry failed connections.")
stores.command("ops.stores.commands.policy:run", name="policy", help="Print an IAM policy.")
stores.command("ops.stores.commands.consents:run", name="consents", help="Count new consents.")
