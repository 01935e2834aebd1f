"""The baseline of delivery: a server that does nothing but `websockets.broadcast`, as fast as it goes.

Started with a port; then one JSON line in, one JSON line out:
{"messages": N, "bytes": SIZE, "mark": TEXT, "marks": 2} -> {"sent": N, "to": viewers}
"""

import asyncio
import json
import sys
from typing import Final

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

AHEAD: Final = 10
"""Messages between two looks at whether everybody keeps up: a queue would be no throughput."""


async def main(port: int) -> None:
    """Serve, and send what is asked for."""
    viewers: set[ServerConnection] = set()

    async def stay(connection: ServerConnection) -> None:
        viewers.add(connection)
        await connection.wait_closed()
        viewers.discard(connection)

    async with serve(stay, "127.0.0.1", port, compression=None, server_header=None):
        print(json.dumps({"ready": port}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked = json.loads(line)
            text = "x" * asked["bytes"]
            for number in range(asked["messages"]):
                broadcast(viewers, text)
                await asyncio.sleep(0)
                if number % AHEAD == 0:
                    await _taken(viewers)
            broadcast(viewers, "".join(f"{asked['mark']}{number}" for number in range(asked["marks"])))
            print(json.dumps({"sent": asked["messages"], "to": len(viewers)}), flush=True)


async def _taken(viewers: set[ServerConnection]) -> None:
    while any(viewer.transport.get_write_buffer_size() for viewer in viewers):
        await asyncio.sleep(0.001)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
