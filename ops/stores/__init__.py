"""The stores that installed a stack's apps: listed, shown, verified, purged, taken over."""
