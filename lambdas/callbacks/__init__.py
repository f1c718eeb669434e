"""What the four callback handlers share: a module for each idea, none of which knows a handler."""
