"""What Prometheus reads: counted as it happens, told when it is asked for."""
