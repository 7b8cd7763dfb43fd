"""The database and the running app themselves: schema, adoption, sample data, health."""
