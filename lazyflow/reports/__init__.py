"""From problems to text: one sorted list, and every format a view over it. Pure: nothing here prints or reads."""
