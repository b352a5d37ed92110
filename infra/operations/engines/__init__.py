"""What carries out a deployment: one port, and behind it the embedded engine or the Pulumi CLI.

`port` says what every engine does. `embedded` is the engine of this project. `pulumi` drives the CLI by the Automation API:
`pulumi_command` starts and stops it, `engine_events` turns what it tells into the records of `infra.engine.events`. What it
leaves out: choosing an environment and its credentials (`infra.operations.target`).
"""
