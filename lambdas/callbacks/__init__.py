"""How callbacks are answered: a module for each idea, independent of the handlers."""
