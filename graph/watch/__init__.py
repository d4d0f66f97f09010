"""What operators see: the log, metrics and traces.

- The events that all of them receive: `observe`. The log: `log`. Prometheus: `metrics`.
  OpenTelemetry: `telemetry`.
"""
