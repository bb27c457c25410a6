"""The engine: profile, checks, plan and vSphere work. Knows nothing of windows."""
