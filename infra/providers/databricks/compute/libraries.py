"""Libraries that are installed on clusters, as clusters and cluster policies declare them. Shapes only."""

from __future__ import annotations

from infra.providers.databricks.shapes import Field, blocks, text, texts, zero_block, zeroed


def libraries(*more: Field, wire: str = "libraries") -> Field:
    """A set of libraries; `more` is what a type's have beside the usual properties, `wire` how Terraform calls them."""
    return blocks(
        "libraries",
        *zeroed(
            zero_block("cran", text("package", required=True), text("repo")),
            text("egg"),
            text("jar"),
            zero_block("maven", text("coordinates", required=True), texts("exclusions"), text("repo")),
            *more,
            zero_block("pypi", text("package", required=True), text("repo")),
            text("requirements"),
            text("whl"),
        ),
        wire=wire,
        api="libraries",
        unordered=True,
        absent=[],
    )
