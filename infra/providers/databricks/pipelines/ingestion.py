"""What a pipeline ingests, and through which gateway. Shapes only."""

from __future__ import annotations

from infra.providers.databricks.pipelines.connectors import connector_options, transformer
from infra.providers.databricks.shapes import Field, block, blocks, flag, integer, mapping, text, texts, zero_block


def gateway_definition() -> Field:
    """The gateway that reads a database's changes for other pipelines."""
    return zero_block(
        "gatewayDefinition",
        text("connectionId", replaces=True),
        text("connectionName", required=True, replaces=True),
        block("connectionParameters", text("sourceCatalog")),
        text("gatewayStorageCatalog", required=True, replaces=True),
        text("gatewayStorageName"),
        text("gatewayStorageSchema", required=True, replaces=True),
    )


def ingestion_definition() -> Field:
    """Where data comes from, and the objects of the source."""
    return zero_block(
        "ingestionDefinition",
        text("connectionName", replaces=True),
        text("connectorType"),
        block(
            "dataStagingOptions",
            text("catalogName", required=True),
            text("schemaName", required=True),
            text("volumeName"),
        ),
        block(
            "fullRefreshWindow",
            texts("daysOfWeeks", wire="days_of_week"),
            integer("startHour", required=True),
            text("timeZoneId"),
        ),
        flag("ingestFromUcForeignCatalog", replaces=True),
        text("ingestionGatewayId", replaces=True),
        text("netsuiteJarPath"),
        blocks("objects", _report(), _schema(), _table()),
        blocks(
            "sourceConfigurations",
            block("apiSourceConnectorConfig", mapping("configs")),
            block(
                "catalog",
                block("postgres", block("slotConfig", text("publicationName"), text("slotName"))),
                text("sourceCatalog"),
            ),
            block("googleAdsConfig", text("managerAccountId")),
        ),
        text("sourceType"),
        _table_configuration(),
    )


_DESTINATION = (text("destinationCatalog", required=True), text("destinationSchema", required=True))


def _report() -> Field:
    return block("report", *_DESTINATION, text("destinationTable"), text("sourceUrl", required=True), _table_configuration())


def _schema() -> Field:
    return block(
        "schema",
        connector_options(),
        *_DESTINATION,
        block("fanoutOptions", text("fanoutBy"), blocks("transforms", *transformer())),
        text("sourceCatalog"),
        text("sourceSchema", required=True),
        _table_configuration(),
    )


def _table() -> Field:
    return block(
        "table",
        connector_options(),
        *_DESTINATION,
        text("destinationTable"),
        text("sourceCatalog"),
        text("sourceSchema"),
        text("sourceTable", required=True),
        _table_configuration(),
    )


def _table_configuration() -> Field:
    return block(
        "tableConfiguration",
        block("autoFullRefreshPolicy", flag("enabled", required=True), integer("minIntervalHours")),
        texts("clusteringColumns"),
        flag("enableAutoClustering"),
        texts("excludeColumns"),
        texts("includeColumns"),
        texts("primaryKeys"),
        block(
            "queryBasedConnectorConfig",
            texts("cursorColumns"),
            text("deletionCondition"),
            integer("hardDeletionSyncMinIntervalInSeconds"),
        ),
        text("rowFilter"),
        flag("salesforceIncludeFormulaFields"),
        text("scdType"),
        texts("sequenceBies", wire="sequence_by"),
        text("sourceMetadataColumn"),
        mapping("tableProperties"),
        block(
            "workdayReportParameters",
            flag("incremental"),
            mapping("parameters"),
            blocks("reportParameters", text("key"), text("value")),
        ),
    )
