"""The FastAPI side: app factory, dependencies, schemas, access control, Lambda adapter."""
