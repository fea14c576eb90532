"""What is kept: tables, the sync of a save into them, the ledger of runs, and the inputs of a run."""
