"""From the bytes that a person attaches to a file that nodes can take, or a refusal in plain words."""
