import asyncio, os, signal, time
from tests.contract.test_worker import *
async def test_fence(broker):
    await broker.hears(record(on_duty("joris")), request(1, version=3))
    import contextlib
    async with contextlib.AsyncExitStack() as stack:
        first = Process(*(await start("services.matching", broker, "a")))
        await until(first.is_done)
        second = Process(*(await start("services.matching", broker, "b")))
        await asyncio.sleep(12)
        print("FIRST", first.running.returncode, await first.health())
        print("SECOND", second.running.returncode, await second.health())
        await broker.hears(request(2, version=4))
        await asyncio.sleep(3)
        print("FIRST", first.running.returncode, await first.health())
        print("SECOND", second.running.returncode, await second.health())
        for p in (first, second):
            if p.running.returncode is None:
                p.running.send_signal(signal.SIGTERM); t=time.time()
                print("stop", await asyncio.wait_for(p.running.wait(), 10), time.time()-t)
    for n in "ab": print(n, open(f"/tmp/exp-{n}.log").read()[-1800:])
async def test_quick_stop(broker):
    for delay in (0.3, 0.6, 0.9, 1.2, 1.5, 2.0):
        for m in ("services.matching","services.clock"):
            p = Process(*(await start(m, broker, "q")))
            await asyncio.sleep(delay)
            p.running.send_signal(signal.SIGTERM); t=time.time()
            print(m, delay, await asyncio.wait_for(p.running.wait(), 30), round(time.time()-t,2))
            if p.running.returncode: print(open("/tmp/exp-q.log").read()[-1200:])
async def start(module, broker, name):
    port = free_port()
    environment = {**os.environ,"NOABER_KAFKA": broker.bootstrap,"NOABER_TOPIC_PREFIX": broker.prefix,"NOABER_HTTP_PORT": str(port),"NOABER_DATA_HOME": str(broker.home)}
    log=open(f"/tmp/exp-{name}.log","wb")
    return await asyncio.create_subprocess_exec(sys.executable, "-m", module, env=environment, stderr=log), port
async def test_one(broker):
    await broker.hears(record(on_duty("joris")), request(1, version=3))
    p = Process(*(await start("services.matching", broker, "o")))
    for i in range(14):
        await asyncio.sleep(1); print(i, await p.health(), len(await broker.holds(SUGGESTIONS)))
    q = Process(*(await start("services.matching", broker, "o2")))
    for i in range(25):
        await asyncio.sleep(1); print(i, await p.health(), await q.health(), len(await broker.holds(SUGGESTIONS)))
        if i == 12:  await broker.hears(request(2, version=4))
    for x in (p,q):
        if x.running.returncode is None: x.running.send_signal(signal.SIGTERM); print(await x.running.wait())
    for n in ("o","o2"): print(n, open(f"/tmp/exp-{n}.log").read()[-1800:])
