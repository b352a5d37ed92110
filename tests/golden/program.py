# fmt: off
# ruff: noqa
# What the recording ran; kept as it was.
import os
import pulumi, pulumi_databricks as db
STEP = int(os.environ.get("STEP", "1"))
cfg = pulumi.Config()
p = db.Provider("ws", host=os.environ["WS"], token="abc")
o = pulumi.ResourceOptions(provider=p)
class Platform(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("lakestead:platform:Platform", name, {}, opts)
        c = pulumi.ResourceOptions(parent=self)
        self.bronze = db.Schema("bronze", name="bronze" if STEP < 3 else "bronze_v2", catalog_name="main", comment="raw" if STEP < 2 else "raw tables", opts=c)
        self.landing = db.Volume("landing", name="landing", catalog_name="main", schema_name=self.bronze.name, volume_type="MANAGED", opts=c)
        self.wh = db.SqlEndpoint("etl", name="etl", cluster_size="2X-Small" if STEP < 2 else "Small", max_num_clusters=1, auto_stop_mins=10, warehouse_type="PRO", enable_serverless_compute=False, opts=c)
        self.secret = db.Schema("vault", name="vault", catalog_name="main", comment=cfg.require_secret("token"), opts=pulumi.ResourceOptions(parent=self, protect=STEP < 4))
        if STEP < 4:
            self.archive = db.Volume("archive", name="archive", catalog_name="main", schema_name=self.secret.name, volume_type="MANAGED", opts=c)
        self.register_outputs({"warehouse": self.wh.id})
pl = Platform("dev", opts=pulumi.ResourceOptions(providers={"databricks": p}))
pulumi.export("warehouse_id", pl.wh.id)
pulumi.export("schema", pl.bronze.name)
pulumi.export("password", pulumi.Output.secret("hunter2"))
