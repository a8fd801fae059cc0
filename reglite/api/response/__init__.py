"""What is answered: JSON with its ETag, errors, and what surrounds every answer."""
