"""The bootstrap program: the roles that CI deploys with, and where state may be kept."""
