"""The flow as Dagster assets: raw_tabs → validated_rows → constraint_sets → tables → row_statuses,
and for one constraint set run_snapshot → solve → output_tabs.

A module a stage; each fetches through a resource, calls the core, writes, and says in metadata what it did.
Between stages go rows of the database, never pickles.
"""
