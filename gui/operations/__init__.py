"""What can be carried out on the page Deploy: each says how it is begun and how it has ended."""
