"""From text to a typed app: reading, interpolation, merging, the schema, positions and problems."""
