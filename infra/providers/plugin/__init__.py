"""Our providers as resource plugins of the Pulumi CLI: the same objects that the embedded engine calls, over gRPC.

`serving` opens a port, `service` answers the calls, `messages` turns records into messages and back, `failures` says what
went wrong. `python -m infra.providers.plugin PACKAGE` is what the executable `pulumi-resource-<package>` runs. What it leaves
out: component resources, methods, parameterized packages and mappings, which are answered with UNIMPLEMENTED.
"""
