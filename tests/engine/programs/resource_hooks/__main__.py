"""Hooks around creates, updates and deletes, of things and of components, and one that asks for another try."""

import os
from pathlib import Path

from gadgets import Group, Thing
from pulumi import ErrorHook, ResourceHook, ResourceHookBinding, ResourceOptions

step = int(os.environ["STEP"])
log = Path(os.environ["HOOKS"])


def told(moment):
    def hook(args):
        with log.open("a") as file:
            size = (args.new_inputs or args.old_inputs)["size"]
            file.write(f"{moment} {args.name} {size:g}\n")

    return ResourceHook(moment, hook)


def refuse(args):
    raise ValueError("not today")


def again(args):
    with log.open("a") as file:
        file.write(f"on_error {args.name} {args.failed_operation} {len(args.errors)}\n")
    return len(args.errors) < 2


moments = ("before_create", "after_create", "before_update", "after_update", "before_delete", "after_delete")
binding = ResourceHookBinding(**{moment: [told(moment)] for moment in moments})
Group("group", size=step, opts=ResourceOptions(hooks=binding)).register_outputs({})
if step < 3:
    Thing("thing", size=step, opts=ResourceOptions(hooks=binding))
if step == 4:
    refusal = ResourceHookBinding(before_create=[ResourceHook("refuse", refuse)])
    Thing("refused", opts=ResourceOptions(hooks=refusal))
if step == 5:
    Thing("stubborn", fail="create", opts=ResourceOptions(hooks=ResourceHookBinding(on_error=[ErrorHook("again", again)])))
