"""What runs in AWS: a handler for each callback, and what they share."""
