"""The stores commands. They are imported together, because AWS's SDK takes most of the time."""

from cyclopts import App

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

app = App(name="stores")
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
