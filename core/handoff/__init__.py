"""The hand-off: every value the next step, enabling the Supervisor, asks for."""
