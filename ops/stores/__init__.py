"""Work with the stores that installed a stack's apps."""
