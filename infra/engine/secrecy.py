"""Which outputs are secret. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from infra.engine.values import Properties, Secret, Value


def secret_outputs(outputs: Properties, inputs: Properties, additional: Sequence[str]) -> Properties:
    """`outputs` with those secret that the program names, and those whose input of the same name is."""
    result = _as_inputs(outputs, inputs)
    for key in additional:
        if key in result and not isinstance(result[key], Secret):
            result[key] = Secret(opened(result[key]))
    return result


def opened(value: Value) -> Value:
    """`value` with no secret at any depth: what a `Secret` may hold."""
    if isinstance(value, Secret):
        return opened(value.value)
    if isinstance(value, dict):
        return {key: opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item) for item in value]
    return value


def _as_inputs(outputs: Properties, inputs: Properties) -> Properties:
    result = dict(outputs)
    for key, given in inputs.items():
        if key not in result or isinstance(result[key], Secret):
            continue
        if isinstance(given, Secret):
            result[key] = Secret(opened(result[key]))
        elif isinstance(given, dict) and isinstance(result[key], dict):
            result[key] = _as_inputs(result[key], given)
    return result
