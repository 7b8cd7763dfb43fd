"""The kit every view is made of: the closed base view, lists, look-ups, forms, bulk verbs."""
