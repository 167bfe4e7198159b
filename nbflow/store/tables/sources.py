"""The files that DAGs were made of, each content once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from nbflow.store.columns import Bytes
from nbflow.store.tables.base import Row


class BundleRow(Row):
    """The set of files a DAG file was made of."""

    __tablename__ = "bundles"

    digest: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class BundleFileRow(Row):
    """One file of a bundle, by its path inside it."""

    __tablename__ = "bundle_files"

    bundle_digest: Mapped[str] = mapped_column(
        ForeignKey("bundles.digest", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str] = mapped_column(primary_key=True)
    source_digest: Mapped[str] = mapped_column(ForeignKey("sources.digest"), index=True)


class SourceRow(Row):
    """The content of a file, zlib-compressed, under the SHA-256 of the plain content."""

    __tablename__ = "sources"

    digest: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(Bytes)
