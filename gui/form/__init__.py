"""Rows and editors of the forms, made from field descriptions."""
