"""The HTTP service. Nothing in the core knows of it."""
