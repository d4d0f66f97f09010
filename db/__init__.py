"""Engine, transactions, tables, queries, migrations, encryption of secrets at rest."""
