"""What people see of a result: rows for the output tabs, tables for the terminal and for Dagster."""
