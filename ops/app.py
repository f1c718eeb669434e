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

app.command(
    "ops.stores.app:app", name="stores", help="Work with the stores that installed the apps."
)
