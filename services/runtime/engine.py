"""Sessions of SQLModel on a service's own schema."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def open_engine(dsn: str) -> AsyncEngine:
    """SQLAlchemy's engine on the same database, for SQLModel sessions."""
    address = dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
    # After a restart of the database every connection in the pool is dead: it is tried before it is lent out.
    return create_async_engine(address, pool_size=4, pool_pre_ping=True)
