"""SMTP: message, session, stages, diagnosis, providers. Knows no database and no GraphQL."""
