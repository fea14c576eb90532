"""Row models, coerced rows → validated rows, messages, cross-row and cross-tab rules."""
