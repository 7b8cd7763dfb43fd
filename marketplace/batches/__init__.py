"""Work on many rows: stored before it is done, done item by item, told item by item."""
