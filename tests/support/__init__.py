"""What the tests share: real servers, generated images, a browser."""
