"""The settings: their schema, the layers they come from, and how the layers are merged."""
