"""What an ingesting pipeline can be told about each kind of source. Shapes only, in the order of the sources' names."""

from __future__ import annotations

from infra.providers.databricks.shapes import Field, block, blocks, flag, integer, mapping, text, texts


def connector_options() -> Field:
    """Options by source; one source has them."""
    return block(
        "connectorOptions",
        block("apiSourceConnectorOptions", mapping("options")),
        block("confluenceOptions", texts("includeConfluenceSpaces")),
        block("gdriveOptions", text("entityType"), _files(), text("url")),
        block("jiraOptions", texts("includeJiraSpaces")),
        block(
            "kafkaOptions",
            mapping("clientConfig"),
            block("keyTransformer", *transformer()),
            integer("maxOffsetsPerTrigger"),
            text("startingOffset"),
            text("topicPattern"),
            texts("topics"),
            block("valueTransformer", *transformer()),
        ),
        block("marketoOptions", text("syncStartDate")),
        _outlook(),
        block("sharepointOptions", text("entityType"), _files(), text("url")),
        block("smartsheetOptions", flag("enforceSchema")),
        block("zendeskSupportOptions", text("startDate")),
        *_advertisements(),
    )


def transformer() -> tuple[Field, ...]:
    """How a column of bytes becomes one of values."""
    return (
        text("format"),
        text("inputColumn"),
        block(
            "jsonOptions",
            flag("asVariant"),
            text("schema"),
            text("schemaEvolutionMode"),
            text("schemaFilePath"),
            text("schemaHints"),
        ),
        text("outputColumn"),
    )


def _files() -> Field:
    return block(
        "fileIngestionOptions",
        text("corruptRecordColumn"),
        blocks("fileFilters", text("modifiedAfter"), text("modifiedBefore"), text("pathFilter")),
        text("format"),
        mapping("formatOptions"),
        flag("ignoreCorruptFiles"),
        flag("inferColumnTypes"),
        flag("readerCaseSensitive"),
        text("rescuedDataColumn"),
        text("schemaEvolutionMode"),
        text("schemaHints"),
        text("singleVariantColumn"),
    )


def _outlook() -> Field:
    return block(
        "outlookOptions",
        text("attachmentMode"),
        text("bodyFormat"),
        texts("folderFilters", wire="folder_filter"),
        texts("includeFolders"),
        texts("includeMailboxes"),
        texts("includeSenders"),
        texts("includeSubjects"),
        texts("senderFilters", wire="sender_filter"),
        text("startDate"),
        texts("subjectFilters", wire="subject_filter"),
    )


def _advertisements() -> tuple[Field, ...]:
    window = integer("lookbackWindowDays")
    start = text("syncStartDate")
    actions = (texts("actionAttributionWindows"), texts("actionBreakdowns"), text("actionReportTime"), texts("breakdowns"))
    level = (text("level"), text("timeIncrement"))
    tiktok = (text("dataLevel"), texts("dimensions"), texts("metrics"), flag("queryLifetime"), text("reportType"))
    return (
        block(
            "googleAdsOptions",
            block(
                "customReportOptions",
                texts("metrics"),
                text("resource", required=True),
                texts("resourceFields"),
                texts("segments"),
            ),
            window,
            text("managerAccountId", required=True),
            start,
        ),
        block(
            "linkedinAdsOptions",
            block(
                "customReportOptions",
                texts("entityGranularities", wire="entity_granularity"),
                text("finder", required=True),
                texts("metrics"),
                text("timeGranularity"),
            ),
            window,
            start,
        ),
        block(
            "metaAdsOptions",
            *actions,
            integer("customInsightsLookbackWindow"),
            block("customReportOptions", *actions, *level),
            *level,
            text("startDate"),
        ),
        block("redditAdsOptions", block("customReportOptions", texts("breakdowns"), texts("fields")), window, start),
        block("tiktokAdsOptions", block("customReportOptions", *tiktok), *tiktok, window, start),
    )
