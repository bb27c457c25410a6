"""What a deployment made, kept on this computer: a help for undo, not the truth of a vCenter."""
