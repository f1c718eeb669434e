"""Events about stores for other consumers: a module for each idea."""
