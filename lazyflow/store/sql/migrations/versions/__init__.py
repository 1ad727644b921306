"""One file a revision, each with what it makes of the one before."""
