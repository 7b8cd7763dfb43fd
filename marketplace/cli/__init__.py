"""Commands: each a thin shell over an operation."""
