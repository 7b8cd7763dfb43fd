"""The people who work here: their accounts, roles and sessions."""
