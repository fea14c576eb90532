"""A run between the ledger and the sheet: executed, checked, recorded, delivered. No Dagster here."""
