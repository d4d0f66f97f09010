"""GraphQL over HTTP, and everything else that is answered over HTTP.

- `/graphql`: `endpoint`, with the request's body (`body`), the form of the answer (`accept`,
  `response`) and server-sent events (`sse`).
- The trail as files and exports: `trail`, `export_query`. Health and metrics: `health`. The
  playground: `playground`.
- Around every request: `cors`, `last_resort`. HTTP itself: `protocol`, `raw_refusal`.
"""
