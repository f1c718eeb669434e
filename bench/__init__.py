"""What the product costs to run, measured."""
