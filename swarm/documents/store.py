"""The library on disk: every version of every document, the units of the current ones, and a full-text index.

SQLite by SQLAlchemy, one file, one writer at a time; FTS5 ranks by BM25. Readers may open it while it is written.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from swarm.documents.records import Document, Kind, Layer, Problem, Trouble, Unit
from swarm.errors import StoreError

FILE = "library.db"
FORMAT = "1"

_META = sa.MetaData()
_LIBRARY = sa.Table("library", _META, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text))
_DOCUMENTS = sa.Table(
    "documents",
    _META,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("raw", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sketch", sa.Text, nullable=False),
    sa.Column("current", sa.Boolean, nullable=False, index=True),
)
_UNITS = sa.Table(
    "units",
    _META,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("layer", sa.Integer, nullable=False, index=True),
    sa.Column("subdomain", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("begin", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("current", sa.Boolean, nullable=False, index=True),
)
_PROBLEMS = sa.Table(
    "problems",
    _META,
    sa.Column("source", sa.Text, nullable=False, index=True),
    sa.Column("trouble", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
)
_VECTORS = sa.Table(
    "vectors", sa.MetaData(), sa.Column("id", sa.Text, primary_key=True), sa.Column("vector", sa.LargeBinary)
)
"""What an embedder made of passages; a library has none until it is embedded."""
_INDEX = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS passages USING fts5(id UNINDEXED, name, text, "
    "tokenize=\"porter unicode61 tokenchars '_'\")"
)
_UNINDEX = "DELETE FROM passages WHERE id IN (SELECT id FROM units WHERE source = :source AND current)"


class Library:
    """A folder's library. Use as a context manager; without `create` it must be there. Raises StoreError."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.path = folder / FILE
        if not create and not self.path.is_file():
            raise StoreError(f"there is no library in {str(folder)!r}", "Make one: swarm ingest FOLDER --library DIR")
        folder.mkdir(parents=True, exist_ok=True)
        self._engine = sa.create_engine(f"sqlite:///{self.path.absolute()}")
        try:
            self._prepare(create)
        except sa.exc.DatabaseError as error:
            raise StoreError(f"{str(self.path)!r} is no library: {error.orig}", "Delete it and ingest again") from None

    def _prepare(self, create: bool) -> None:
        if create:
            _META.create_all(self._engine)
            with self._engine.begin() as connection:
                connection.execute(sa.text(_INDEX))
                connection.execute(_LIBRARY.insert().prefix_with("OR IGNORE"), {"key": "format", "value": FORMAT})
        with self._engine.connect() as connection:
            found = connection.scalar(sa.select(_LIBRARY.c.value).where(_LIBRARY.c.key == "format"))
        if found != FORMAT:
            raise StoreError(f"{str(self.path)!r} has format {found!r}, not {FORMAT!r}", "Delete it and ingest again")

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator["Writing"]:
        """One transaction: all of it, or nothing."""
        with self._engine.begin() as connection:
            yield Writing(connection)

    def documents(self) -> list[Document]:
        """The current version of every document, by source."""
        query = sa.select(_DOCUMENTS).where(_DOCUMENTS.c.current).order_by(_DOCUMENTS.c.source)
        return [_document(row) for row in self._rows(query)]

    def versions(self, source: str) -> list[Document]:
        """Every version of a document, the oldest first."""
        query = sa.select(_DOCUMENTS).where(_DOCUMENTS.c.source == source).order_by(_DOCUMENTS.c.version)
        return [_document(row) for row in self._rows(query)]

    def units(self, layer: Layer | None = None, source: str | None = None) -> list[Unit]:
        """The units of current documents, in order of source and place."""
        query = sa.select(_UNITS).where(_UNITS.c.current)
        if layer is not None:
            query = query.where(_UNITS.c.layer == int(layer))
        if source is not None:
            query = query.where(_UNITS.c.source == source)
        return [_unit(row) for row in self._rows(query.order_by(_UNITS.c.source, _UNITS.c.begin, _UNITS.c.id))]

    def former_units(self, layers: Sequence[Layer] = (Layer.SECTION, Layer.FACT)) -> list[Unit]:
        """The units that earlier versions of current documents had and the current ones have no more."""
        query = sa.select(_UNITS).where(~_UNITS.c.current, _UNITS.c.layer.in_([int(layer) for layer in layers]))
        standing = sa.select(_DOCUMENTS.c.source).where(_DOCUMENTS.c.current)
        query = query.where(_UNITS.c.source.in_(standing)).order_by(_UNITS.c.source, _UNITS.c.version, _UNITS.c.begin)
        return [_unit(row) for row in self._rows(query)]

    def problems(self) -> list[Problem]:
        """What was wrong with sources when they were last looked at."""
        rows = self._rows(sa.select(_PROBLEMS).order_by(_PROBLEMS.c.source, _PROBLEMS.c.trouble))
        return [Problem(source=row["source"], trouble=Trouble(row["trouble"]), said=row["said"]) for row in rows]

    def search(self, query: str, limit: int) -> list[Unit]:
        """The passages that answer words best, by BM25; a name counts four times as much as the text."""
        if not query.strip():
            return []
        found = sa.text(
            "SELECT id FROM passages WHERE passages MATCH :query ORDER BY bm25(passages, 0, 4.0, 1.0), id LIMIT :limit"
        )
        with self._engine.connect() as connection:
            ids = list(connection.scalars(found, {"query": query, "limit": limit}))
        return self.passages(ids)

    def vectors(self) -> tuple[list[str], npt.NDArray[np.float32]]:
        """The ids of passages that are embedded, and their vectors, one a row; those of passages that are gone, too."""
        if not sa.inspect(self._engine).has_table(_VECTORS.name):
            return [], np.zeros((0, 0), np.float32)
        rows = self._rows(sa.select(_VECTORS).order_by(_VECTORS.c.id))
        found = [np.frombuffer(row["vector"], np.float32) for row in rows]
        return [row["id"] for row in rows], np.stack(found) if found else np.zeros((0, 0), np.float32)

    def passages(self, ids: Sequence[str]) -> list[Unit]:
        """Current units by id, in the order of the ids; those that are gone are left out."""
        query = sa.select(_UNITS).where(_UNITS.c.id.in_(ids), _UNITS.c.current)
        by_id = {row["id"]: _unit(row) for row in self._rows(query)}
        return [by_id[each] for each in ids if each in by_id]

    def standing(self) -> list[tuple[str, str, str]]:
        """Source, digest of its bytes, and sketch, of every current document."""
        columns = (_DOCUMENTS.c.source, _DOCUMENTS.c.raw, _DOCUMENTS.c.sketch)
        query = sa.select(*columns).where(_DOCUMENTS.c.current).order_by(_DOCUMENTS.c.source)
        return [(row["source"], row["raw"], row["sketch"]) for row in self._rows(query)]

    def _rows(self, query: sa.Select[Any]) -> Sequence[sa.RowMapping]:
        with self._engine.connect() as connection:
            return connection.execute(query).mappings().all()


class Writing:
    """What may be changed in one transaction of a library."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(self, document: Document, raw: str, sketch: str) -> None:
        """A new version of a document, which becomes the current one."""
        self._retire_document(document.source)
        values = {**document.model_dump(mode="json"), "raw": raw, "sketch": sketch, "current": True}
        self._connection.execute(_DOCUMENTS.insert(), values)

    def replace_units(self, source: str, units: Sequence[Unit]) -> tuple[list[Unit], list[Unit]]:
        """The units of a source are these from now on; returns those that are new and those that are gone.

        A unit whose words are what they were keeps its id, and its place is set anew.
        """
        query = sa.select(_UNITS).where(_UNITS.c.source == source, _UNITS.c.current)
        before = {row["id"]: _unit(row) for row in self._connection.execute(query).mappings()}
        now = {unit.id: unit for unit in units}
        gone = [unit for key, unit in before.items() if key not in now]
        self._connection.execute(sa.text(_UNINDEX), {"source": source})
        self._connection.execute(_UNITS.update().where(_UNITS.c.source == source), {"current": False})
        self._insert(list(now.values()))
        if passages := [
            {"id": unit.id, "name": unit.name, "text": unit.text}
            for unit in now.values()
            if unit.layer is Layer.SECTION
        ]:
            self._connection.execute(
                sa.text("INSERT INTO passages (id, name, text) VALUES (:id, :name, :text)"), passages
            )
        return [unit for key, unit in now.items() if key not in before], gone

    def replace_relations(self, units: Sequence[Unit]) -> None:
        """The relations of the whole library are these from now on."""
        self._connection.execute(_UNITS.delete().where(_UNITS.c.layer == int(Layer.RELATION)))
        self._insert(units)

    def add(self, units: Sequence[Unit]) -> None:
        """Further units of sources as they are; they go when their source changes."""
        self._insert(units)

    def _insert(self, units: Sequence[Unit]) -> None:
        if units:
            self._connection.execute(_UNITS.insert().prefix_with("OR REPLACE"), [_row(unit) for unit in units])

    def put_vectors(self, found: Sequence[tuple[str, npt.NDArray[np.float32]]]) -> None:
        """The vectors of some passages."""
        _VECTORS.create(self._connection, checkfirst=True)
        rows = [{"id": key, "vector": vector.astype(np.float32).tobytes()} for key, vector in found]
        if rows:
            self._connection.execute(_VECTORS.insert().prefix_with("OR REPLACE"), rows)

    def drop_vectors(self, ids: Sequence[str]) -> None:
        """Forget the vectors of passages that are gone."""
        for key in ids:
            self._connection.execute(_VECTORS.delete().where(_VECTORS.c.id == key))

    def retire(self, source: str) -> list[Unit]:
        """A source that is no more; returns the units that rested on it."""
        self._retire_document(source)
        return self.replace_units(source, [])[1]

    def note(self, source: str, problems: Sequence[Problem]) -> None:
        """What is wrong with a source now, in the place of what was."""
        self._connection.execute(_PROBLEMS.delete().where(_PROBLEMS.c.source == source))
        if problems:
            self._connection.execute(_PROBLEMS.insert(), [problem.model_dump(mode="json") for problem in problems])

    def last_version(self, source: str) -> int:
        """The number of the latest version; 0 where there is none."""
        query = sa.select(sa.func.max(_DOCUMENTS.c.version)).where(_DOCUMENTS.c.source == source)
        return int(self._connection.scalar(query) or 0)

    def _retire_document(self, source: str) -> None:
        self._connection.execute(_DOCUMENTS.update().where(_DOCUMENTS.c.source == source), {"current": False})


def _row(unit: Unit) -> dict[str, Any]:
    row = unit.model_dump(mode="json") | {"current": True}
    return row | {"facts": json.dumps(unit.facts)}


def _unit(row: sa.RowMapping) -> Unit:
    facts = tuple((key, value) for key, value in json.loads(row["facts"]))
    plain = {key: row[key] for key in ("id", "subdomain", "name", "text", "source", "version", "begin", "end")}
    return Unit(**plain, layer=Layer(row["layer"]), facts=facts)


def _document(row: sa.RowMapping) -> Document:
    plain = {key: row[key] for key in ("source", "version", "digest", "title", "text")}
    return Document(**plain, kind=Kind(row["kind"]))
