# Databricks notebook source
# Loads what is new of one source of the flights domain from its folder in the landing volume into a bronze table.
# Auto Loader remembers which files it has read, in a folder beside them: a second run loads nothing twice.

# COMMAND ----------

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("source", "")

catalog = dbutils.widgets.get("catalog")
source = dbutils.widgets.get("source")
landing = f"/Volumes/{catalog}/raw/landing"

# COMMAND ----------

from pyspark.sql.functions import col, current_timestamp

arrived = (
    spark.readStream.format("cloudFiles")
    .option("cloudFiles.format", "csv")
    .option("cloudFiles.schemaLocation", f"{landing}/_schemas/{source}")
    .option("cloudFiles.schemaEvolutionMode", "rescue")
    .option("header", "true")
    .load(f"{landing}/{source}")
)

# COMMAND ----------

(
    arrived.withColumn("_loaded_at", current_timestamp())
    .withColumn("_source_file", col("_metadata.file_path"))
    .writeStream.option("checkpointLocation", f"{landing}/_checkpoints/{source}")
    .trigger(availableNow=True)
    .toTable(f"{catalog}.bronze.{source}")
    .awaitTermination()
)
