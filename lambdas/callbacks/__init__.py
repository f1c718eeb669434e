"""How callbacks are answered: a module for each idea, none of which knows a handler."""
