"""Pulumi's protocol: the services that a program talks to, as plain objects in its own process. The only place with gRPC."""
