"""What Prometheus and Grafana are told: generated from the declared numbers, and read by operators."""
