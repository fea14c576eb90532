"""The chapters of a report, one module a subject: from documents to blocks."""
