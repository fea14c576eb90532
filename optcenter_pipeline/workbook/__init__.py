"""The sheet, through gspread: tabs, client, reading, write-back, template."""
