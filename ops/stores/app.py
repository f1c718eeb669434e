"""The stores commands. They are imported together, because AWS's SDK takes most of the time."""

from cyclopts import App, Parameter

from ops.stores.commands import (
    connect,
    consents,
    import_tokens,
    list_stores,
    policy,
    purge,
    redrive,
    show,
    token,
    verify,
)

# The generated reference does not inherit these from the app of all commands.
app = App(name="stores", default_parameter=Parameter(negative=(), show_default=False))
for command, name in {
    list_stores: "list",
    show: "show",
    token: "token",
    verify: "verify",
    purge: "purge",
    import_tokens: "import",
    connect: "connect",
    redrive: "redrive",
    policy: "policy",
    consents: "consents",
}.items():
    app.command(command.run, name=name)
