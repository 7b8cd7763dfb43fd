"""Django 5.2's own admin over the same tables."""
