"""The commands. Each is imported when it runs: what calls AWS takes long to import."""

from cyclopts import App, Parameter

from ops.version import COMMAND, PROGRAM, program_version

app = App(
    name=PROGRAM,
    help="Register a stack's apps with BigCommerce, check them, and work with their stores.",
    version=program_version,
    help_format="plaintext",
    default_parameter=Parameter(negative=(), show_default=False),
    suppress_keyboard_interrupt=False,
)
if PROGRAM == COMMAND:  # a shell completes only a command's name
    app.register_install_completion_command(help="Install completion for bash, zsh or fish.")
app.command(
    "ops.sheet.command:run",
    name="sheet",
    help="""Show what to enter in BigCommerce's developer portal, and what to do next.

The table is for terminals; markdown and html are the whole guide. JSON is the output technicalTab \
with the live status of each app. With more than ten apps, table and markdown are a summary.

The live status says when BigCommerce last called each URL, which scopes it sent last, and how \
many stores are connected to Rutter. It is read with your own AWS credentials. If it cannot be \
read, a line on standard error says why, and the rest is shown.""",
)
app.command(
    "ops.check.command:run",
    name="check",
    help="""Call the deployed callbacks as BigCommerce would, without side effects.

A signed load and uninstall of a store that cannot exist prove that the functions have the right \
credentials. The client secret is read from Secrets Manager with your own AWS credentials.

A warning is something that BigCommerce's review will refuse; it does not fail the check.

Exit status: 0 if every app is ready or awaits registration; 1 if a check failed; 2 if nothing \
could be checked.""",
)
app.command(
    "ops.stores.app:app", name="stores", help="Work with the stores that installed the apps."
)
