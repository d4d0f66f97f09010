"""What operators see: the log, metrics and traces.

- What all of them observe: `observe`. The log: `log`. Prometheus: `metrics`. OpenTelemetry:
  `telemetry`.
"""
