"""Names in a query's tree: tables become physical tables, views their queries; CTEs hide both.

The privileges are checked where a name is resolved, so nothing can be read that was not asked about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from infra.emulator.identity import directory
from infra.emulator.sql import information_schema, lookup, rights, time_travel
from infra.emulator.sql.errors import SqlError, Unsupported
from infra.emulator.sql.functions import named
from infra.emulator.sql.names import INFORMATION_SCHEMA, FullName, complete
from infra.emulator.sql.query import guards, parse, routines, table_functions, translations
from infra.emulator.sql.query.frame import Frame
from infra.emulator.sql.query.render import finish
from infra.emulator.sql.query.translations import Read, Translation
from infra.emulator.unity.relations import FUNCTION, Relation
from infra.emulator.unity.securables import TABLE
from infra.emulator.warehouses.lake import physical_name
from infra.emulator.workspace import Caller

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

#: By (schema, table) as written, the name that a column's qualifier must have in DuckDB.
Sources = dict[tuple[str, str], str]
_AIMED = "aimed"
_KEPT = ("joins", "laterals", "pivots", "sample")
_MAX_VIEWS = 100


class Resolver:
    """Resolves trees in place for one session. `tables` collects the full names of the relations that were read,
    `reads` what a translation rests on, `parts` the views that it names."""

    def __init__(self, session: Session) -> None:
        self.session = self._session = session
        #: Whether a function of the workspace was called, which a kept translation would not notice to change.
        self.calls = False
        self.tables: set[str] = set()
        self.reads: list[Read] = []
        self.parts: list[Translation] = []

    def resolve(self, tree: exp.Expr, frame: Frame, sources: Sources | None = None) -> exp.Expr:
        """The tree with all its names resolved; the same object unless its root was a table."""
        holder = exp.Tuple(expressions=[tree])
        self._visit(tree, frame, frozenset(), sources or {})
        resolved: exp.Expr = holder.expressions[0].pop()
        return resolved

    def _visit(self, node: exp.Expr, frame: Frame, ctes: frozenset[str], sources: Sources) -> None:
        ctes = self._common_tables(node, frame, ctes, sources)
        if isinstance(node, exp.Select):
            sources = sources | _sources_of(node)
        for key, value in list(node.args.items()):
            if key in ("with_", "hint"):
                continue
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, exp.Expr):
                    self._visit(child, frame, ctes, sources)
        if isinstance(node, exp.Stream):
            _unwrap(node)
        elif isinstance(node, exp.Column):
            _unqualify(node, sources)
        elif isinstance(node, exp.Anonymous | exp.Dot):
            self._call(node, frame)
        elif isinstance(node, exp.Table):
            self._table(node, frame, ctes)

    def _common_tables(self, node: exp.Expr, frame: Frame, ctes: frozenset[str], sources: Sources) -> frozenset[str]:
        """Resolve what a WITH defines; the names that are hidden by it for the rest of the query."""
        clause = node.args.get("with_")
        if not isinstance(clause, exp.With):
            return ctes
        if clause.args.get("recursive"):
            ctes |= {table.alias.lower() for table in clause.expressions}
        for table in clause.expressions:
            self._visit(table.this, frame, ctes, sources)
            ctes |= {table.alias.lower()}
        return ctes

    def _table(self, node: exp.Table, frame: Frame, ctes: frozenset[str]) -> None:
        if node.meta.get(_AIMED):
            return
        table_functions.spell_out(node)
        if not isinstance(node.this, exp.Identifier):
            table_functions.rewrite(node)
            return
        parts = tuple(part.name for part in node.parts)
        if len(parts) == 1 and parts[0].lower() in ctes:
            return
        if node.args.get("when"):
            raise Unsupported("this kind of time travel", "Use VERSION AS OF or TIMESTAMP AS OF.")
        past = time_travel.asked(node)
        if len(parts) == 1 and frame.sees_temporary and (view := self._session.temporary_views.get(parts[0].lower())):
            inner = Frame(view.catalog, view.schema, frame.reader, True, self._deeper(frame, f"temporary view {view.name}"))
            self._expand(node, view.definition, list(view.columns), inner)
            return
        name = complete(parts, frame.catalog, frame.schema)
        if name.schema == INFORMATION_SCHEMA:
            information_schema.replace(node, name, self._session, frame.reader)
            return
        self._relation(node, name, frame, past)

    def _call(self, node: exp.Expr, frame: Frame) -> None:
        """Put a function's body in the place of its call, if it is a function of the workspace."""
        parts: list[str] = []
        function = node
        if isinstance(node, exp.Dot):
            if not isinstance(node.expression, exp.Anonymous):
                return
            parts, function = [part.name for part in node.this.find_all(exp.Identifier)], node.expression
        elif isinstance(node.parent, exp.Dot | exp.Table) or node.name.lower() in named.NAMES:
            return
        name = complete((*parts, function.name), frame.catalog, frame.schema)
        document = routines.find(self._session, name)
        if document is None:
            if parts:
                raise SqlError("UNRESOLVED_ROUTINE", f"Cannot resolve routine {name.quoted}.", "42883")
            return
        rights.require(self._session.workspace, frame.reader, "EXECUTE", FUNCTION, str(name))
        self.calls = True
        node.replace(routines.expand(self, document, list(function.expressions), frame))

    def _relation(self, node: exp.Table, name: FullName, frame: Frame, past: exp.Version | None) -> None:
        workspace = self._session.workspace
        relation = lookup.get(workspace, frame.reader, name)
        rights.require(workspace, frame.reader, "SELECT", TABLE, str(name))
        self.tables.add(str(name))
        self.reads.append(translations.read_of(self._session, relation, name, frame.reader.name))
        if past is not None:
            self._past(node, relation, past)
        elif relation["physical"] is None:
            self._view(node, relation, name, frame)
        else:
            _point(node, "lake", "data", physical_name(relation["physical"]))
            self._guard(node, relation, frame)

    def _past(self, node: exp.Table, relation: Relation, past: exp.Version) -> None:
        """Point to the rows of an earlier version."""
        guards.refuse(self._session, relation, "TIME_TRAVEL")
        version = time_travel.find(self._session, relation, past)
        node.set("version", None)
        self.calls = True  # what AS OF means may be another version the next time
        _point(node, "lake", "data", physical_name(version.physical))

    def _guard(self, node: exp.Table, relation: Relation, frame: Frame) -> None:
        """Let a table's row filters and masks stand between."""
        found = guards.of(self._session, relation)
        if not found:
            return
        plain = exp.Table(this=node.this.copy(), db=node.args["db"].copy(), catalog=node.args["catalog"].copy())
        self.calls = True
        self._put(node, guards.guarded(self, relation, plain, found, frame))

    def _view(self, node: exp.Table, relation: Relation, name: FullName, frame: Frame) -> None:
        """Make the node name the view's translation, or hold its query where that cannot be kept."""
        views = self._deeper(frame, str(name))
        translation = translations.find(self._session, translations.read_of(self._session, relation, name, frame.reader.name))
        if translation is None or {str(read.name) for read in translation.reads} & set(views):
            inner = Frame(relation["view_catalog"], relation["view_schema"], self._owner(relation, name), False, views)
            registered = self._session.registered
            below = Resolver(self._session)
            body = below.resolve(parse.query(relation["view_definition"]), inner)
            body = _named(body, [column["name"] for column in relation["columns"]])
            self.tables |= below.tables
            self.calls |= below.calls
            if below.calls or self._session.registered > registered:  # information_schema's rows are made for a statement
                self._put(node, body)
                return
            sql = finish(self._session, body)
            own = translations.read_of(self._session, relation, name, frame.reader.name)
            translation = translations.keep(self._session, own, sql, tuple(below.reads), tuple(below.parts))
        translations.make(self._session, translation)
        self.parts.append(translation)
        self.reads += translation.reads
        self.tables |= {str(read.name) for read in translation.reads}
        _point(node, "temp", "main", translation.name)

    def _owner(self, relation: Relation, name: FullName) -> Caller:
        owner = directory.caller_named(self._session.workspace, relation["owner"])
        if owner is None:
            raise SqlError(
                "PRINCIPAL_DOES_NOT_EXIST",
                f"The owner '{relation['owner']}' of the view {name.quoted} does not exist.",
                "42704",
            )
        return owner

    def _deeper(self, frame: Frame, view: str) -> tuple[str, ...]:
        if view in frame.views:
            raise SqlError(
                "RECURSIVE_VIEW", f"Recursive view {view} detected (cycle: {' -> '.join((*frame.views, view))}).", "42K0H"
            )
        if len(frame.views) >= _MAX_VIEWS:
            raise SqlError("VIEW_EXCEED_MAX_NESTED_DEPTH", f"The depth of view {view} exceeds {_MAX_VIEWS}.", "54K00")
        return (*frame.views, view)

    def _expand(self, node: exp.Table, definition: str, columns: list[str], inner: Frame) -> None:
        """Put a temporary view's query in the place of its name."""
        self._put(node, _named(self.resolve(parse.query(definition), inner), columns))

    def _put(self, node: exp.Table, body: exp.Query) -> None:
        alias = node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(node.name, quoted=True))
        subquery = exp.Subquery(this=body, alias=alias.copy())
        for key in _KEPT:
            if node.args.get(key):
                subquery.set(key, node.args[key])
        node.replace(subquery)


def _named(body: exp.Expr, columns: list[str]) -> exp.Query:
    """A view's query, giving the columns that the view has."""
    if not isinstance(body, exp.Query):
        raise SqlError("INTERNAL_ERROR", f"the definition of a view is no query: {body.sql()[:80]}", "XX000")
    if not columns:
        return body
    names = [exp.to_identifier(column, quoted=True) for column in columns]
    inside = exp.Subquery(this=body, alias=exp.TableAlias(this=exp.to_identifier("v", quoted=True), columns=names))
    return exp.Select(expressions=[exp.column(name.copy()) for name in names]).from_(inside)


def _sources_of(select: exp.Select) -> Sources:
    """The tables of a FROM that columns may name by their full names, as they have no alias."""
    found: Sources = {}
    tables = [select.args["from_"].this] if select.args.get("from_") else []
    tables += [join.this for join in select.args.get("joins") or []]
    for table in tables:
        if isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier) and not table.alias and table.db:
            found[table.db.lower(), table.name.lower()] = table.name
    return found


def _unwrap(stream: exp.Stream) -> None:
    """`STREAM t` reads t: here a stream is what is there when it is asked."""
    source = stream.this
    if stream.args.get("alias"):
        source.set("alias", stream.args["alias"])
    stream.replace(source)


def aim(node: exp.Table, physical: str) -> Sources:
    """Make a statement's target its physical table, which is then not resolved again; how columns may name it."""
    sources = {} if node.alias or not node.db else {(node.db.lower(), node.name.lower()): node.name}
    _point(node, "lake", "data", physical_name(physical))
    node.meta[_AIMED] = True
    return sources


def _point(node: exp.Table, catalog: str, schema: str, name: str) -> None:
    if not node.alias:
        node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name, quoted=True)))
    node.set("catalog", exp.to_identifier(catalog))
    node.set("db", exp.to_identifier(schema))
    node.set("this", exp.to_identifier(name, quoted=True))


def _unqualify(column: exp.Column, sources: Sources) -> None:
    """`catalog.schema.table.column` to `table.column`; DuckDB knows the physical table by its alias alone."""
    database = column.args.get("db")
    if database is not None and (database.name.lower(), column.table.lower()) in sources:
        column.set("table", exp.to_identifier(sources[database.name.lower(), column.table.lower()], quoted=True))
        column.set("db", None)
        column.set("catalog", None)
