"""The back office as people use it: real requests from a real browser to a real server."""
