"""The prefix of the store hashes that the check makes up, which tells its calls apart in logs."""

# BigCommerce's store hashes are about ten characters long.
STORE_PREFIX = "registrationcheck"
