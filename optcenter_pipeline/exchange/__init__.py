"""The workbook as files: Excel books and folders of CSV, out and in, without changing a value."""
