"""SMTP: message, session, stages, diagnosis, providers. Independent of database and GraphQL."""
