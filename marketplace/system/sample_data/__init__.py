"""Believable rows for a first look and for load tests: the same seed, number and day make the same rows."""
