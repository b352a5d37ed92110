"""The methods of TCLIService for one call of one caller. Sessions and operations are the SQL service's, by their ids.

A statement is waited for a little; if it still runs, the client polls. Errors are statuses: an exception would reach the
client as "Internal error" without words.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from databricks.sql.thrift_api.TCLIService import ttypes as T  # noqa: N812 - the protocol's own short name

from infra.emulator.errors import NotFound, WorkspaceError
from infra.emulator.sql import bindings
from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.execution import Execution
from infra.emulator.sql.result import Result
from infra.emulator.sql.session import Session
from infra.emulator.warehouses import thrift_listings
from infra.emulator.warehouses.thrift_results import Format, ResultSet, format_of
from infra.emulator.workspace import Caller, Workspace

#: Seconds that a call waits for its statement before the client has to ask again.
PATIENCE = 5.0
#: Seconds that a question for the state waits. Short: while it waits, the connector sends nothing else, a cancel neither.
POLL = 0.2
_STATES = {
    "PENDING": T.TOperationState.PENDING_STATE,
    "RUNNING": T.TOperationState.RUNNING_STATE,
    "SUCCEEDED": T.TOperationState.FINISHED_STATE,
    "FAILED": T.TOperationState.ERROR_STATE,
    "CANCELED": T.TOperationState.CANCELED_STATE,
    "CLOSED": T.TOperationState.CLOSED_STATE,
}


def _ok() -> Any:
    return T.TStatus(statusCode=T.TStatusCode.SUCCESS_STATUS)


def _answers(response: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a method's errors be the status of its response."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(self: Handler, request: Any) -> Any:
            try:
                return method(self, request)
            except NotFound as error:
                status = T.TStatus(statusCode=T.TStatusCode.INVALID_HANDLE_STATUS, errorMessage=error.message)
            except WorkspaceError as error:
                status = T.TStatus(statusCode=T.TStatusCode.ERROR_STATUS, errorMessage=error.message)
            except SqlError as error:
                status = T.TStatus(statusCode=T.TStatusCode.ERROR_STATUS, errorMessage=str(error), sqlState=error.sqlstate)
            return response(status=status)

        return call

    return decorate


class Handler:
    """One call. What lasts between calls is kept in the SQL service; a result being fetched, on its execution."""

    def __init__(self, workspace: Workspace, caller: Caller, warehouse: str) -> None:
        self._workspace = workspace
        self._service = workspace.sql
        self._caller = caller
        self._warehouse = warehouse

    @_answers(T.TOpenSessionResp)
    def OpenSession(self, request: Any) -> Any:
        namespace = request.initialNamespace
        session = self._service.open_session(
            self._caller,
            catalog=namespace and namespace.catalogName,
            schema=namespace and namespace.schemaName,
            settings={key.lower(): value for key, value in (request.configuration or {}).items()},
        )
        guid = uuid.UUID(session.id).bytes
        return T.TOpenSessionResp(
            status=_ok(),
            serverProtocolVersion=T.TProtocolVersion.SPARK_CLI_SERVICE_PROTOCOL_V7,
            sessionHandle=T.TSessionHandle(sessionId=T.THandleIdentifier(guid=guid, secret=guid)),
            configuration={},
            initialNamespace=T.TNamespace(catalogName=session.catalog, schemaName=session.schema),
            canUseMultipleCatalogs=True,
        )

    @_answers(T.TCloseSessionResp)
    def CloseSession(self, request: Any) -> Any:
        self._service.close_session(self._session(request))
        return T.TCloseSessionResp(status=_ok())

    @_answers(T.TExecuteStatementResp)
    def ExecuteStatement(self, request: Any) -> Any:
        session = self._session(request)
        parameters = bindings.from_thrift(request.parameters or [])
        execution = self._service.submit(session, request.statement, parameters, warehouse=self._warehouse)
        execution.row_limit = request.resultRowLimit
        execution.format = format_of(request)
        return self._started(T.TExecuteStatementResp, request, execution)

    def _started(self, response: Any, request: Any, execution: Execution) -> Any:
        guid = uuid.UUID(execution.id).bytes
        handle = T.TOperationHandle(
            operationId=T.THandleIdentifier(guid=guid, secret=guid),
            operationType=T.TOperationType.EXECUTE_STATEMENT,
            hasResultSet=True,
        )
        direct = None
        if request.getDirectResults is not None:
            execution.wait(PATIENCE)
            direct = self._direct(execution, request.getDirectResults)
        return response(status=_ok(), operationHandle=handle, directResults=direct)

    def _direct(self, execution: Execution, limits: Any) -> Any:
        """The state at once; of a statement that ended also its first rows, and with its last row its end."""
        direct = T.TSparkDirectResults(operationStatus=_status(execution))
        if execution.state == "SUCCEEDED":
            rows = self._rows(execution)
            direct.resultSetMetadata = rows.metadata()
            direct.resultSet = rows.next(limits.maxRows, limits.maxBytes)
            if not direct.resultSet.hasMoreRows:
                direct.closeOperation = T.TCloseOperationResp(status=_ok())
                self._service.forget(execution)
        return direct

    @_answers(T.TGetOperationStatusResp)
    def GetOperationStatus(self, request: Any) -> Any:
        execution = self._execution(request)
        execution.wait(POLL)
        return _status(execution)

    @_answers(T.TGetResultSetMetadataResp)
    def GetResultSetMetadata(self, request: Any) -> Any:
        return self._rows(self._execution(request)).metadata()

    @_answers(T.TFetchResultsResp)
    def FetchResults(self, request: Any) -> Any:
        execution = self._execution(request)
        execution.wait(PATIENCE)
        rows = self._rows(execution)
        if request.orientation == T.TFetchOrientation.FETCH_FIRST:
            rows.offset = 0
        response = rows.next(request.maxRows, request.maxBytes)
        if request.includeResultSetMetadata:
            response.resultSetMetadata = rows.metadata()
        return response

    @_answers(T.TCancelOperationResp)
    def CancelOperation(self, request: Any) -> Any:
        self._execution(request).cancel()
        return T.TCancelOperationResp(status=_ok())

    @_answers(T.TCloseOperationResp)
    def CloseOperation(self, request: Any) -> Any:
        self._service.forget(self._execution(request))
        return T.TCloseOperationResp(status=_ok())

    @_answers(T.TGetInfoResp)
    def GetInfo(self, request: Any) -> Any:
        names = {T.TGetInfoType.CLI_SERVER_NAME: "Spark SQL", T.TGetInfoType.CLI_DBMS_NAME: "Spark SQL"}
        value = names.get(request.infoType, "4.0.0" if request.infoType == T.TGetInfoType.CLI_DBMS_VER else "")
        return T.TGetInfoResp(status=_ok(), infoValue=T.TGetInfoValue(stringValue=value))

    @_answers(T.TGetCatalogsResp)
    def GetCatalogs(self, request: Any) -> Any:
        return self._listed(T.TGetCatalogsResp, request, thrift_listings.catalogs)

    @_answers(T.TGetSchemasResp)
    def GetSchemas(self, request: Any) -> Any:
        return self._listed(T.TGetSchemasResp, request, thrift_listings.schemas)

    @_answers(T.TGetTablesResp)
    def GetTables(self, request: Any) -> Any:
        return self._listed(T.TGetTablesResp, request, thrift_listings.tables)

    @_answers(T.TGetColumnsResp)
    def GetColumns(self, request: Any) -> Any:
        return self._listed(T.TGetColumnsResp, request, thrift_listings.columns)

    @_answers(T.TGetFunctionsResp)
    def GetFunctions(self, request: Any) -> Any:
        return self._listed(T.TGetFunctionsResp, request, thrift_listings.functions)

    @_answers(T.TGetTableTypesResp)
    def GetTableTypes(self, request: Any) -> Any:
        return self._listed(T.TGetTableTypesResp, request, thrift_listings.table_types)

    @_answers(T.TGetTypeInfoResp)
    def GetTypeInfo(self, request: Any) -> Any:
        return self._listed(T.TGetTypeInfoResp, request, thrift_listings.type_info)

    @_answers(T.TGetPrimaryKeysResp)
    def GetPrimaryKeys(self, request: Any) -> Any:
        return self._listed(T.TGetPrimaryKeysResp, request, thrift_listings.primary_keys)

    @_answers(T.TGetCrossReferenceResp)
    def GetCrossReference(self, request: Any) -> Any:
        return self._listed(T.TGetCrossReferenceResp, request, thrift_listings.cross_reference)

    def _listed(self, response: Any, request: Any, listing: Callable[[Session, Any], Result]) -> Any:
        execution = self._service.answer(self._session(request), listing.__name__, lambda session: listing(session, request))
        return self._started(response, request, execution)

    def _session(self, request: Any) -> Session:
        return self._service.session(self._caller, str(uuid.UUID(bytes=request.sessionHandle.sessionId.guid)))

    def _execution(self, request: Any) -> Execution:
        return self._service.execution(self._caller, str(uuid.UUID(bytes=request.operationHandle.operationId.guid)))

    def _rows(self, execution: Execution) -> ResultSet:
        """The result being fetched. Raises SqlError if there is none."""
        if execution.error is not None:
            raise execution.error
        if execution.result is None:
            raise SqlError("INVALID_HANDLE.OPERATION_NOT_FINISHED", "The statement has no result yet.", "HY000")
        if not isinstance(execution.fetched, ResultSet):
            execution.fetched = ResultSet(execution.result, execution.format or Format())
        return execution.fetched


def _status(execution: Execution) -> Any:
    status = T.TGetOperationStatusResp(status=_ok(), operationState=_STATES[execution.state], hasResultSet=True)
    if execution.error is not None:
        status.errorMessage = status.displayMessage = str(execution.error)
        status.sqlState = execution.error.sqlstate
    return status
