"""Figures at a glance; changes nothing."""
