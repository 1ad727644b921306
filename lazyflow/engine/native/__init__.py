"""The only code that touches ctypes and llama_cpp: weights, vocabulary, context, samplers, with guards."""
