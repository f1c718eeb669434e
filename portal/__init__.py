"""BigCommerce's developer portal as data, and the registration of a stack's apps in it."""
