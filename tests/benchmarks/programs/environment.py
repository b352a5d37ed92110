"""What a real environment is made of, domain by domain: each has 24 resources of ten types that depend on one another."""

import base64

import pulumi
import pulumi_databricks as databricks

config = pulumi.Config()
domains, prefix, revision = config.require_int("domains"), config.require("prefix"), config.require_int("revision")


def domain(number: int) -> None:
    name = f"{prefix}_{number}"
    runner = databricks.ServicePrincipal(f"{name}-runner", display_name=f"{name}-runner")
    analysts = databricks.Group(f"{name}-analysts", display_name=f"{name}_analysts")
    databricks.GroupMember(f"{name}-member", group_id=analysts.id, member_id=runner.id)
    catalog = databricks.Catalog(f"{name}-catalog", name=name, comment=f"Domain {number}")
    databricks.Grants(
        f"{name}-catalog-grants",
        catalog=catalog.name,
        grants=[{"principal": runner.application_id, "privileges": ["USE_CATALOG", "CREATE_SCHEMA"]}],
    )
    for layer in ("raw", "bronze", "silver", "gold"):
        schema = databricks.Schema(
            f"{name}-{layer}",
            catalog_name=catalog.name,
            name=layer,
            comment=f"{layer} of domain {number}, revision {revision if (number, layer) == (domains // 2, 'gold') else 1}",
        )
        databricks.Grants(
            f"{name}-{layer}-grants",
            schema=schema.id,
            grants=[{"principal": runner.application_id, "privileges": ["USE_SCHEMA", "CREATE_TABLE", "SELECT"]}],
        )
        if layer == "raw":
            databricks.Volume(
                f"{name}-landing", catalog_name=catalog.name, schema_name=schema.name, name="landing", volume_type="MANAGED"
            )
    warehouse = databricks.SqlEndpoint(
        f"{name}-warehouse",
        name=f"{name}-warehouse",
        cluster_size="2X-Small",
        warehouse_type="PRO",
        enable_serverless_compute=False,
        auto_stop_mins=10,
    )
    databricks.Permissions(
        f"{name}-warehouse-access",
        sql_endpoint_id=warehouse.id,
        access_controls=[{"service_principal_name": runner.application_id, "permission_level": "CAN_USE"}],
    )
    folder = databricks.Directory(f"{name}-folder", path=f"/Shared/{name}")
    files = [
        databricks.WorkspaceFile(
            f"{name}-file-{index}",
            path=pulumi.Output.concat(folder.path, f"/model_{index}.sql"),
            content_base64=base64.b64encode(f"select {index} as number -- of domain {number}\n".encode() * 20).decode(),
        )
        for index in range(5)
    ]
    job = databricks.Job(
        f"{name}-job",
        name=f"{name}-job",
        max_concurrent_runs=1,
        tags={"domain": name},
        environments=[{"environment_key": "dbt", "spec": {"environment_version": "2", "dependencies": ["dbt-databricks"]}}],
        tasks=[
            {
                "task_key": "build",
                "environment_key": "dbt",
                "dbt_task": {
                    "commands": ["dbt build"],
                    "project_directory": folder.path,
                    "source": "WORKSPACE",
                    "warehouse_id": warehouse.id,
                },
            }
        ],
        opts=pulumi.ResourceOptions(depends_on=files),
    )
    databricks.Permissions(
        f"{name}-job-access",
        job_id=job.id,
        access_controls=[{"service_principal_name": runner.application_id, "permission_level": "CAN_MANAGE_RUN"}],
    )


for index in range(domains):
    domain(index)
