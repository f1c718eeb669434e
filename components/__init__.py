"""The Pulumi components of a BigCommerce app back end, one a module, and the settings they take."""
