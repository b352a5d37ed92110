"""Components: what an environment's parts come to as resources of `pulumi_databricks`.

One `ComponentResource` a file, named as in `infra.models` where they match; each takes `(name, args, opts)`, with frozen args.
Logical names are the keys of the environment file, so a new name in the workspace is no new resource. What comes first and what
is handed to whom is said in `stacks`, never here.
"""
