"""The Pulumi components of a BigCommerce app back end, with their settings and what they share."""
