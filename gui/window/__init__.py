"""The frame around the pages: tabs, strips, menus, files."""
