"""What others use: registered models, endpoints, vector search, experiments, shares."""

from __future__ import annotations

import json

from tests.stacks.program import Registered


def test_a_registered_model_with_its_grants(working: Registered) -> None:
    """Named by its key, in a schema of the environment."""
    assert working.inputs("RegisteredModel", "churn") == {
        "name": "churn",
        "catalogName": "streaming_working",
        "schemaName": "gold",
        "comment": "Who leaves",
        "owner": "app-runner",
    }
    assert working.inputs("Grant", "churn/analysts") == {
        "model": "churn-id",
        "principal": "analysts",
        "privileges": ["EXECUTE"],
    }


def test_an_endpoint_serves_models_by_their_part(working: Registered) -> None:
    """A registered one by its version, another company's by a key that stays in its secret scope."""
    words = working.inputs("ModelServing", "words")
    chat, embed = words["config"]["servedEntities"]

    assert chat["externalModel"] == {
        "provider": "openai",
        "name": "gpt-4o",
        "task": "llm/v1/chat",
        "openaiConfig": {"openaiApiKey": "{{secrets/keys-working/openai}}"},
    }
    assert (embed["entityName"], embed["entityVersion"], embed["scaleToZeroEnabled"]) == (
        "system.ai.bge_large_en_v1_5",
        "1",
        True,
    )
    assert words["config"]["trafficConfig"]["routes"] == [
        {"servedEntityName": "chat", "trafficPercentage": 60},
        {"servedEntityName": "embed", "trafficPercentage": 40},
    ]
    assert words["aiGateway"] == {
        "rateLimits": [{"calls": 100, "key": "user", "renewalPeriod": "minute"}],
        "inferenceTableConfig": {
            "catalogName": "streaming_working",
            "schemaName": "gold",
            "tableNamePrefix": "words",
            "enabled": True,
        },
        "usageTrackingConfig": {"enabled": True},
    }


def test_an_endpoint_of_one_model_says_little(working: Registered) -> None:
    """What it serves is a registered model of the environment, by its full name."""
    churn = working.inputs("ModelServing", "churn")

    assert set(churn) == {"name", "config"}
    assert churn["config"]["servedEntities"][0]["entityName"] == "churn-id"
    assert "trafficConfig" not in churn["config"]


def test_indexes_follow_a_table_or_are_written(working: Registered) -> None:
    """Text is embedded by an endpoint of the environment, named as the workspace knows it."""
    synopses, tastes = working.inputs("VectorSearchIndex", "synopses"), working.inputs("VectorSearchIndex", "tastes")

    assert synopses == {
        "name": "streaming_working.gold.synopses",
        "endpointName": "shows-working",
        "primaryKey": "show_id",
        "indexType": "DELTA_SYNC",
        "deltaSyncIndexSpec": {
            "sourceTable": "streaming_working.gold.dim_shows",
            "pipelineType": "TRIGGERED",
            "embeddingSourceColumns": [{"name": "synopsis", "embeddingModelEndpointName": "words-working"}],
        },
    }
    assert tastes["indexType"] == "DIRECT_ACCESS"
    assert json.loads(tastes["directAccessIndexSpec"]["schemaJson"]) == {"user_id": "string", "taste": "array<float>"}
    assert tastes["directAccessIndexSpec"]["embeddingVectorColumns"] == [{"name": "taste", "embeddingDimension": 64}]


def test_experiments_are_in_the_environments_folder(working: Registered) -> None:
    """And go with it."""
    assert working.inputs("MlflowExperiment", "churn") == {
        "name": "/Shared/lakestead/working/delivered/churn",
    }


def test_a_share_names_what_is_in_it_and_who_reads_it(working: Registered) -> None:
    """Objects in the order of their names, each by its kind's own word for another name."""
    share = working.inputs("Share", "shows")

    assert share["objects"] == [
        {"name": "streaming_working.gold", "dataObjectType": "SCHEMA"},
        {
            "name": "streaming_working.gold.dim_shows",
            "dataObjectType": "TABLE",
            "sharedAs": "public.shows",
            "cdfEnabled": True,
            "partitions": [{"values": [{"name": "country", "op": "EQUAL", "value": "de"}]}],
        },
        {"name": "streaming_working.raw.landing", "dataObjectType": "VOLUME", "stringSharedAs": "public.files"},
    ]
    assert working.inputs("Grant", "shows/partner") == {
        "share": "shows_working",
        "principal": "partner_working",
        "privileges": ["SELECT"],
    }


def test_recipients_sign_in_with_a_token_or_from_databricks(working: Registered) -> None:
    """From addresses that are theirs, or from a metastore."""
    partner, sister = working.inputs("Recipient", "partner"), working.inputs("Recipient", "sister")

    assert (partner["authenticationType"], partner["ipAccessList"]) == ("TOKEN", {"allowedIpAddresses": ["203.0.113.0/24"]})
    assert sister["authenticationType"] == "DATABRICKS"
    assert sister["dataRecipientGlobalMetastoreId"].startswith("aws:eu-west-1:")
