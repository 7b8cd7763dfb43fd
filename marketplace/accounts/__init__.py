"""The people of the marketplace: its customers and providers, and the links that let them back in."""
