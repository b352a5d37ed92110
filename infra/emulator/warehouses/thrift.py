"""Thrift over HTTP, as databricks-sql-connector, JDBC and ODBC speak it: HiveServer2's TCLIService on a SQL warehouse.

The connector ships the protocol's classes (`databricks.sql.thrift_api.TCLIService`): one handler class is all that is
needed. It leaves out staging (PUT, GET, REMOVE) and delegation tokens.
"""

from __future__ import annotations

import json

from databricks.sql.thrift_api.TCLIService import TCLIService
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TMemoryBuffer

from infra.emulator.errors import WorkspaceError
from infra.emulator.requests import Request, Response, Route
from infra.emulator.warehouses import warehouses
from infra.emulator.warehouses.thrift_handler import Handler
from infra.emulator.workspace import Caller, Workspace

#: Calls that use the warehouse, so need CAN USE and start it; what remains tidies up.
_WORK = frozenset(
    {"OpenSession", "ExecuteStatement", "GetCatalogs", "GetSchemas", "GetTables", "GetColumns", "GetFunctions", "GetTypeInfo"}
)


def _serve(workspace: Workspace, caller: Caller, request: Request) -> Response:
    """One call: the message's name decides the handler's method. Errors before that are HTTP's, as on Databricks."""
    warehouse = request.parameters["id"]
    try:
        if _name(request.content) in _WORK:
            warehouses.use(workspace, caller, warehouse)
    except WorkspaceError as error:
        headers = {"x-thriftserver-error-message": error.message, "x-databricks-reason-phrase": error.message}
        return Response(json.dumps(error.body()).encode(), error.status, headers=headers)
    incoming, outgoing = TMemoryBuffer(request.content), TMemoryBuffer()
    processor = TCLIService.Processor(Handler(workspace, caller, warehouse))
    processor.process(TBinaryProtocol(incoming), TBinaryProtocol(outgoing))
    return Response(outgoing.getvalue(), content_type="application/x-thrift")


def _name(content: bytes) -> str:
    name, _, _ = TBinaryProtocol(TMemoryBuffer(content)).readMessageBegin()
    return str(name)


routes = [
    Route("POST", "/sql/1.0/warehouses/{id}", _serve, slow=True),
    Route("POST", "/sql/1.0/endpoints/{id}", _serve, slow=True),
    Route("POST", "/sql/protocolv1/o/{organization}/{id}", _serve, slow=True),
]
