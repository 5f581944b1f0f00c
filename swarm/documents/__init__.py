"""Documents: read, screened, kept by content and version, taken apart into units with spans, and found again."""
