"""How long calls may take, in seconds, for the provider and in the state."""

from gadgets import Thing
from pulumi import CustomTimeouts, ResourceOptions

Thing("slow", opts=ResourceOptions(custom_timeouts=CustomTimeouts(create="1h30m", update="90s", delete="500ms")))
