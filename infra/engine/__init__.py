"""An embedded deployment engine: runs Pulumi Python programs with Pulumi's semantics and formats, without the Pulumi CLI.

`operation` is the way in for whoever starts an operation, `ports` for whoever serves resources, `backend` for whoever reads
stacks. It knows no provider, no component and no environment: it runs any Pulumi program whose packages it is handed.
"""
