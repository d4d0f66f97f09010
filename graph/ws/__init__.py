"""GraphQL over WebSockets (graphql-transport-ws).

- The handshake: `endpoint`, `protocol`. The connection: `connection`. Its messages: `messages`.
"""
