"""One module per endpoint: a router, its app and its AWS Lambda handler."""
