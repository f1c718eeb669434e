"""The commands. Each is imported when it runs, because AWS's SDK takes long to import.

So the help of `sheet` and `check` is here. Their modules describe only their options.
"""

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

The table is for terminals; markdown and html have every step. JSON is the output technicalTab \
with the live status of each app. With more than ten apps, table and markdown are a summary.

The live status shows when BigCommerce last called each URL, and the scopes of the last consent. \
The command reads it with your AWS credentials. If it cannot, standard error says why.""",
)
app.command(
    "ops.check.command:run",
    name="check",
    help="""Call the deployed callbacks as BigCommerce would, without side effects.

The command signs a load and an uninstall of a store that cannot exist. They show whether the \
functions have the right credentials. It reads the client secret from Secrets Manager with your \
AWS credentials.

A warning does not fail the check, but BigCommerce's review will refuse the app.

Exit status: 0 if every app is ready or awaits registration; 1 if a check failed; 2 if nothing \
could be checked.""",
)
app.command(
    "ops.stores.app:app", name="stores", help="Work with the stores that installed the apps."
)
