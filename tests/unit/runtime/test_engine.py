"""The engine notices a connection that died while it lay in the pool."""

from services.runtime.engine import open_engine


async def test_a_connection_is_tried_before_it_is_used() -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:1/nothing")
    assert engine.pool._pre_ping is True
    await engine.dispose()
