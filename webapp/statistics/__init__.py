"""Statistics: counts of participation with their definitions. This room reads everything and writes nothing others read."""
