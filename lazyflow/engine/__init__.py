"""llama.cpp: one loaded model that answers many conversations at once."""
