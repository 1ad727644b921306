"""OpenTelemetry traces of turns, after its conventions for generative AI: names and figures, never what was said."""
