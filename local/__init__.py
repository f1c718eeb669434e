"""The embedded default: the same program on an embedded AWS, with a simulated BigCommerce."""
