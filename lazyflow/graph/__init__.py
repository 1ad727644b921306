"""The nodes and how they refer to each other: references, cycles, reachability, who reads the conversation."""
