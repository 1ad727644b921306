"""The running graph: resources, leases, generations, reload."""
