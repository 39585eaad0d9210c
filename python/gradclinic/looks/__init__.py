"""What is seen of a training from outside."""
