"""One file for each type of node, and one plain dict that names them all."""
