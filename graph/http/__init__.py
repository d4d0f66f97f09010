"""GraphQL over HTTP, and every other HTTP route.

- `/graphql`: `endpoint`, with the request's body (`body`), the answer's media type (`accept`,
  `response`) and server-sent events (`sse`).
- The trail as files and exports: `trail`, `export_query`. Health and metrics: `health`. The
  playground: `playground`.
- Middleware: `request_head`, `cors`, `error_boundary`. The HTTP protocol itself: `protocol`,
  `raw_refusal`, `write_deadline`.
"""
