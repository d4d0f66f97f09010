"""GraphQL over WebSockets (graphql-transport-ws).

- Opening one: `endpoint`, `protocol`. The connection: `connection`. Its messages: `messages`.
"""
