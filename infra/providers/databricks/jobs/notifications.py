"""Who is told of a job's or a task's fate: the shapes that jobs and tasks share."""

from __future__ import annotations

from typing import Final

from infra.providers.databricks.shapes import Field, blocks, flag, integer, text, texts, zero_block, zeroed

#: Property, and its name in the API and in Terraform.
_EVENTS: Final = {
    "onDurationWarningThresholdExceededs": "on_duration_warning_threshold_exceeded",
    "onFailures": "on_failure",
    "onStarts": "on_start",
    "onStreamingBacklogExceededs": "on_streaming_backlog_exceeded",
    "onSuccesses": "on_success",
}


def email_notifications() -> Field:
    """Addresses by event."""
    addresses = (texts(name, wire=wire) for name, wire in _EVENTS.items())
    return zero_block("emailNotifications", flag("noAlertForSkippedRuns"), *addresses)


def webhook_notifications() -> Field:
    """Notification destinations by event."""
    return zero_block(
        "webhookNotifications",
        *(blocks(name, text("id", required=True), wire=wire, key="id", sorts=True) for name, wire in _EVENTS.items()),
    )


def health() -> Field:
    """Rules that raise an alarm."""
    rule = zeroed(text("metric", required=True), text("op", required=True), integer("value", required=True))
    return zero_block("health", blocks("rules", *rule, required=True, unordered=True))
