"""What is needed to practise without a vCenter of one's own."""
