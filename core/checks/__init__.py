"""One engine of checks for fields, the review page, ``check`` and the plan."""
