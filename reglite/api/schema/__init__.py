"""How the API is described: parameters, the shapes of answers, the OpenAPI document."""
