"""What a serving endpoint serves: models of Unity Catalog, and models of other providers. Shapes only."""

from __future__ import annotations

from infra.providers.databricks.shapes import Field, block, blocks, flag, integer, mapping, text, zero_block


def config() -> Field:
    """What is served, and how requests are parted among it."""
    return zero_block(
        "config",
        block(
            "autoCaptureConfig",
            text("catalogName", replaces=True),
            flag("enabled", computed=True),
            text("schemaName", replaces=True),
            text("tableNamePrefix", replaces=True, computed=True),
        ),
        blocks(
            "servedEntities",
            text("entityName"),
            text("entityVersion"),
            _external_model(),
            *_capacity(),
            flag("scaleToZeroEnabled"),
        ),
        blocks(
            "servedModels",
            text("modelName", required=True),
            text("modelVersion", required=True),
            *_capacity(),
            flag("scaleToZeroEnabled", default=True),
        ),
        block(
            "trafficConfig",
            blocks(
                "routes",
                text("servedEntityName", computed=True),
                text("servedModelName", computed=True),
                integer("trafficPercentage", required=True),
            ),
            computed=True,
        ),
        computed=True,
    )


def _capacity() -> tuple[Field, ...]:
    return (
        flag("burstScalingEnabled"),
        mapping("environmentVars"),
        text("instanceProfileArn"),
        integer("maxProvisionedConcurrency"),
        integer("maxProvisionedThroughput"),
        integer("minProvisionedConcurrency"),
        integer("minProvisionedThroughput"),
        text("name", computed=True),
        integer("provisionedModelUnits"),
        text("workloadSize"),
        text("workloadType", computed=True),
    )


def _external_model() -> Field:
    """A model of another provider: keys are references to secrets, or in clear (`…Plaintext`), which no answer holds."""
    return block(
        "externalModel",
        _provider("ai21labsConfig", secrets=("ai21labsApiKey",)),
        _provider(
            "amazonBedrockConfig",
            text("awsRegion", required=True),
            text("bedrockProvider", required=True),
            text("instanceProfileArn"),
            secrets=("awsAccessKeyId", "awsSecretAccessKey"),
        ),
        _provider("anthropicConfig", secrets=("anthropicApiKey",)),
        _provider("cohereConfig", text("cohereApiBase"), secrets=("cohereApiKey",)),
        block(
            "customProviderConfig",
            _provider("apiKeyAuth", text("key", required=True), secrets=("value",)),
            _provider("bearerTokenAuth", secrets=("token",)),
            text("customProviderUrl", required=True),
        ),
        _provider(
            "databricksModelServingConfig",
            text("databricksWorkspaceUrl", required=True),
            secrets=("databricksApiToken",),
        ),
        _provider(
            "googleCloudVertexAiConfig",
            text("projectId", required=True),
            text("region", required=True),
            secrets=("privateKey",),
        ),
        text("name", required=True),
        _provider(
            "openaiConfig",
            text("microsoftEntraClientId"),
            text("microsoftEntraTenantId"),
            text("openaiApiBase"),
            text("openaiApiType"),
            text("openaiApiVersion"),
            text("openaiDeploymentName"),
            text("openaiOrganization"),
            secrets=("microsoftEntraClientSecret", "openaiApiKey"),
        ),
        _provider("palmConfig", secrets=("palmApiKey",)),
        text("provider", required=True),
        text("task", required=True),
    )


def _provider(name: str, *fields: Field, secrets: tuple[str, ...]) -> Field:
    kept = (field for secret in secrets for field in (text(secret), text(f"{secret}Plaintext", secret=True)))
    return block(name, *fields, *kept)
