"""The window. Talks to ``core`` through its controller only; nothing in ``core`` knows of it."""
