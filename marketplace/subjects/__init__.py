"""All that is held about one person: as a file for them, and how it is taken away."""
