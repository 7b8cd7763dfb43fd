"""The shared tables as unmanaged models, and their admin."""
