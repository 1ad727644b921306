"""A graph as a picture: pure functions from a graph to Mermaid, DOT and SVG."""
