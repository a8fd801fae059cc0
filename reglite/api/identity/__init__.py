"""Who calls: the peer and the origin of a request, signing in, roles and grants."""
