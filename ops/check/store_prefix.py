"""How the store hashes begin that the check makes up: it tells in the logs who called."""

# BigCommerce's store hashes are about ten characters long.
STORE_PREFIX = "registrationcheck"
