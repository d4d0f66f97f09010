"""The edge: GraphQL schema and resolvers, the HTTP app, the command line, configuration."""
