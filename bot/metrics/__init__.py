"""What is measured, and where it is served: loaded only where METRICS_PORT is set."""
