"""The limit: what hand-written SQL, ideal indexes and a compiled template can do on this machine."""
