"""What is kept of apps and of installed stores, and the rules for it."""
