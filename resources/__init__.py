"""Files that the application carries: translations, JSON Schema, icons."""
