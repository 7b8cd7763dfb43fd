"""Who booked which service, when, and what became of it."""
