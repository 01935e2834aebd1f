import { beforeEach, describe, expect, test } from "vitest";
import { shellOf, workerFor } from "../../offline/plugin";
import type { Answer, Changed } from "../../src/api/http";
import { type Letter, Outbox, type Post, fateOf } from "../../src/offline/outbox.svelte";
import { type Sealed, memoryShelf } from "../../src/offline/shelf";
import type { Organisation } from "../../src/api/directory.svelte";
import type { Me, Snapshot } from "../../src/gen/wire";
import { fromSnapshot } from "../../src/live/picture";
import { commitmentsOf, holds, log, requests } from "../../src/live/select";
import { glanceOf, pictureOf, titleOf } from "../../src/offline/seen";
import { DAY_MS, Vault } from "../../src/offline/vault";
import { type Who, lastHere, whoIs } from "../../src/offline/who.svelte";
import { GUEST_ROWS, HIT_DESK, INCIDENT, ORGANISATIONS, homeHit, incident, request, rowsOf, snapshotOf } from "../fixtures/story.mjs";

const WILMA = "wilma";
const OK: Answer<Changed> = { ok: true, value: { row: null, rows: [] } };
const refusal = (status: number, code = "other"): Answer<Changed> => ({
  ok: false,
  problem: { code, status, detail: null, facts: {} },
});

let records: Map<string, Sealed>;
let now: number;
let vault: Vault;

beforeEach(() => {
  records = new Map();
  now = Date.parse("2020-12-01T03:00:00Z");
  vault = new Vault(memoryShelf(records), () => now);
});

describe("what this device keeps", () => {
  test("is read back, and cannot be read where it lies", async () => {
    await vault.keep("report/wilma", { phone: "06 12 34 56 78" });
    expect(await vault.read("report/wilma")).toEqual({ phone: "06 12 34 56 78" });
    const lies = Buffer.from(records.get("report/wilma")!.body).toString("latin1");
    expect(lies).not.toMatch(/phone|06 12/);
  });

  test("is sealed by a key that the pages themselves cannot read", async () => {
    await expect(crypto.subtle.exportKey("raw", await memoryShelf().key())).rejects.toThrow();
  });

  test("is gone after a day, and when it claims to be from a day later; a clock that is put right loses nothing", async () => {
    await vault.keep("a/wilma", {});
    await vault.keep("b/wilma", {});
    now += 24 * 3_600_000;
    expect(await vault.read("a/wilma")).toBeNull();
    await vault.sweep();
    expect(records.size).toBe(0);
    await vault.keep("c/wilma", {});
    now -= 3_600_000;
    expect(await vault.read("c/wilma")).toEqual({});
    now -= 23 * 3_600_000;
    expect(await vault.read("c/wilma")).toBeNull();
  });

  test("is as old as when it was typed, however often it is looked at", async () => {
    await vault.keepTyped("report/wilma", { phone: "1" });
    now += DAY_MS - 1;
    await vault.keepTyped("report/wilma", { phone: "1" });
    now += 1;
    expect(await vault.read("report/wilma")).toBeNull();
    await vault.keepTyped("report/wilma", { phone: "1" });
    now += DAY_MS - 1;
    await vault.keepTyped("report/wilma", { phone: "12" });
    now += 1;
    expect(await vault.read("report/wilma")).toEqual({ phone: "12" });
  });

  test("cannot be put in another's place or be made younger", async () => {
    await vault.keep("report/wilma", { phone: "1" });
    const sealed = records.get("report/wilma")!;
    records.set("report/bram", sealed);
    expect(await vault.read("report/bram")).toBeNull();
    expect([...records.keys()]).toEqual(["report/wilma"]);
    now += 1;
    records.set("report/wilma", { ...sealed, at: sealed.at + 1 });
    expect(await vault.read("report/wilma")).toBeNull();
    expect(records.size).toBe(0);
  });

  test("goes on after the device failed once", async () => {
    const shelf = memoryShelf(records);
    const failing = new Vault({ ...shelf, put: async () => Promise.reject(new Error("full")) }, () => now);
    await expect(failing.keep("a/wilma", {})).rejects.toThrow("full");
    await shelf.put("b/wilma", { at: now, iv: new Uint8Array(12), body: new ArrayBuffer(1) });
    expect(await failing.read("b/wilma")).toBeNull();
  });

  test("leaves with who signs out, and nobody else's does", async () => {
    for (const name of ["who", "report/wilma", "letter/wilma/1", "ask/wilma/i", "report/bram"]) await vault.keep(name, {});
    await vault.forget(WILMA);
    expect([...records.keys()]).toEqual(["report/bram"]);
  });

  test("of one kind, is nobody's when nobody is in, and one person's when another was before", async () => {
    for (const name of ["seen/wilma/i", "seen/bram/i", "report/wilma"]) await vault.keep(name, {});
    await vault.leave("seen", WILMA);
    expect([...records.keys()]).toEqual(["seen/wilma/i", "report/wilma"]);
    await vault.leave("seen", null);
    expect([...records.keys()]).toEqual(["report/wilma"]);
  });
});

describe("an incident as it was last seen", () => {
  const elsewhere = { ...(ORGANISATIONS as Organisation[])[0]!, id: "GM9999", name: "Nergenshuizen" };
  const all = new Map([...(ORGANISATIONS as Organisation[]), elsewhere].map((each) => [each.id, each]));
  const seenBy = (name: string, rows?: unknown[]) => fromSnapshot(snapshotOf(name, rows) as Snapshot);

  test("shows what its page showed", () => {
    const picture = seenBy("gert", [...rowsOf("gert"), ...HIT_DESK]);
    const glance = glanceOf(picture, INCIDENT, all, now)!;
    const again = pictureOf(JSON.parse(JSON.stringify(glance)));
    const shown = [
      again.rows.incident.get(INCIDENT), requests(again), commitmentsOf(again, () => true), log(again), again.at, again.demonstration,
    ];
    expect(shown).toEqual([
      picture.rows.incident.get(INCIDENT), requests(picture, INCIDENT),
      commitmentsOf(picture, (data) => data.incident === INCIDENT && holds(data)), log(picture, INCIDENT), picture.at, true,
    ]);
    expect(titleOf(glance)).toBe("Hof van Twente");
  });

  test("holds nobody's rights, no other incident and no other organisation's name", () => {
    const other = homeHit();
    const coming = rowsOf("gert").find(({ kind }: { kind: string }) => kind === "commitment")!;
    const elsewhereToo = [
      request(91, "network", 20, [0, 0, 1], { incident: other.id }),
      { ...coming, id: "of-another", data: { ...coming.data, incident: other.id } },
      { ...coming, id: "no-longer", data: { ...coming.data, state: "cancelled" } },
    ];
    const glance = glanceOf(seenBy("gert", [...rowsOf("gert"), ...HIT_DESK, ...elsewhereToo]), INCIDENT, all, now)!;
    expect(glance.rows.map(({ id }) => id)).not.toContain("no-longer");
    expect(pictureOf(glance).me).toBeNull();
    expect(new Set(glance.rows.map(({ kind }) => kind))).toEqual(new Set(["incident", "help_request", "commitment", "log_entry"]));
    expect(JSON.stringify(glance)).not.toMatch(new RegExp(`rights|${other.id}|${elsewhere.name}|${elsewhere.id}`));
  });

  test("is not kept of what somebody may not see, nor for a guest, whose time ends elsewhere", () => {
    expect(glanceOf(seenBy("kees"), INCIDENT, all, now)).toBeNull();
    const { affected: _hidden, ...thin } = incident().data;
    expect(glanceOf(seenBy("gert", [{ ...incident(), data: thin }]), INCIDENT, all, now)).toBeNull();
    expect(glanceOf(seenBy("bram", GUEST_ROWS), INCIDENT, all, now)).toBeNull();
  });
});

describe("what waits to be sent", () => {
  let sent: Letter[];
  let answers: Answer<Changed>[];
  let signedIn: string | null;
  const post: Post = {
    whoIsIn: async () => signedIn,
    send: async (letter) => {
      sent.push(letter);
      return answers.shift() ?? OK;
    },
  };
  const letter = (key: string, person = WILMA): Letter => ({
    key, person, kind: "report", path: "/api/aid/incidents", body: { id: `i-${key}`, phone: "06 12" },
    form: { name: `report/${person}`, typed: { phone: `typed ${key}` } },
  });
  const states = (outbox: Outbox) => outbox.items.map((each) => each.state);
  let outbox: Outbox;

  beforeEach(async () => {
    sent = [];
    answers = [];
    signedIn = WILMA;
    outbox = new Outbox(vault);
    await outbox.attend(WILMA);
  });

  test("outlives the page, and is sent in order with the key and the words it had", async () => {
    await outbox.put(letter("1"));
    await outbox.put(letter("2"));
    const later = new Outbox(vault);
    await later.attend(WILMA);
    const changes = await Promise.all([later.flush(post), later.flush(post)]);
    expect(changes).toEqual([[{ row: null, rows: [] }, { row: null, rows: [] }], []]);
    expect(sent).toEqual([letter("1"), letter("2")]);
    expect(states(later)).toEqual(["sent", "sent"]);
    expect(records.size).toBe(0);
  });

  test("stays where no answer came, and has the same key the next time", async () => {
    await outbox.put(letter("1"));
    await outbox.put(letter("2"));
    answers = [refusal(0, "unreachable")];
    await outbox.flush(post);
    expect(states(outbox)).toEqual(["waiting", "waiting"]);
    await outbox.flush(post);
    expect(sent.map((each) => each.key)).toEqual(["1", "1", "2"]);
  });

  test("is neither shown to nor sent by another person, also where another window signed them in", async () => {
    await outbox.put(letter("1"));
    signedIn = "bram";
    await outbox.flush(post);
    await outbox.attend("bram");
    expect(outbox.items).toEqual([]);
    await outbox.flush(post);
    expect(sent).toEqual([]);
    signedIn = WILMA;
    await outbox.attend(WILMA);
    await outbox.flush(post);
    expect(sent).toHaveLength(1);
  });

  test("is shown once while it is being kept, and not to who sits there by then", async () => {
    const later = new Outbox(vault);
    await Promise.all([later.put(letter("1")), later.attend(WILMA)]);
    expect(later.items).toHaveLength(1);
    const left = new Outbox(vault);
    await Promise.all([left.attend(WILMA), left.attend(null)]);
    await left.put(letter("2"));
    expect(left.items).toEqual([]);
  });

  test("is gone from here and from the device once somebody threw it away", async () => {
    await outbox.put(letter("1"));
    await outbox.dismiss(outbox.items[0]!);
    expect([outbox.items, records.size]).toEqual([[], 0]);
  });

  test("says why it was refused, goes back to its form and is not sent again", async () => {
    await outbox.put(letter("1"));
    answers = [refusal(403, "not_allowed")];
    await outbox.flush(post);
    await outbox.flush(post);
    expect(outbox.items[0]).toMatchObject({ state: "refused", problem: { code: "not_allowed" } });
    expect(sent).toHaveLength(1);
    expect([...records.keys()]).toEqual(["report/wilma"]);
    expect(await vault.read("report/wilma")).toEqual({ phone: "typed 1" });
  });

  test("takes no place of what was typed after it", async () => {
    await outbox.put(letter("1"));
    await vault.keep("report/wilma", { phone: "newer" });
    answers = [refusal(403)];
    await outbox.flush(post);
    expect(await vault.read("report/wilma")).toEqual({ phone: "newer" });
  });

  test("is not sent after a day or when another window sent it", async () => {
    await outbox.put(letter("1"));
    now += DAY_MS;
    await outbox.flush(post);
    expect(sent).toEqual([]);
    expect(outbox.items).toEqual([]);
  });

  test("was sent where the server has it already, and is undecided where the server is signed out or broken", () => {
    expect(fateOf(refusal(409, "exists")).state).toBe("sent");
    expect([0, 401, 429, 503].map((status) => fateOf(refusal(status)).state)).toEqual(Array(4).fill("waiting"));
    expect(fateOf(refusal(422)).state).toBe("refused");
  });
});

describe("who was last here", () => {
  const all = new Map((ORGANISATIONS as Organisation[]).map((each) => [each.id, each]));
  const shop: Organisation = { ...(ORGANISATIONS as Organisation[])[0]!, id: "P1", kind: "partnership", name: "Samen ICT", delivers_ict_to: ["GM0153", "GM0164"] };
  const me = (rights: Me["rights"]): Me => ({ person: WILMA, name: "Wilma", organisations: Object.keys(rights), rights, keys: [] });
  const reportsFor = (rights: Me["rights"]) => whoIs(me(rights), new Map([...all, ["P1", shop]])).mayReportFor.map(([id]) => id);

  test("reports for their own and for whose ICT these run; the IBD for every municipality", () => {
    expect(reportsFor({ P1: ["report"], GM1735: ["lend"] })).toEqual(["GM0153", "GM0164", "P1"]);
    const municipalities = [...all.values()].filter(({ kind }) => kind === "municipality").map(({ id }) => id);
    expect(reportsFor({ IBD: ["ibd"] }).sort()).toEqual(municipalities.sort());
  });

  test("is who the servers named, whatever this device remembers", async () => {
    const who = (person: string): Who => ({ person, ibd: false, mayReportFor: [] });
    await lastHere.remember(who("bram"));
    lastHere.who = who(WILMA);
    await lastHere.recall();
    expect(lastHere.who.person).toBe(WILMA);
    await lastHere.forget();
    await lastHere.recall();
    expect(lastHere.who).toBeNull();
  });
});

describe("the kept shell", () => {
  const manifest = {
    "index.html": { file: "assets/index.js", css: ["assets/index.css"], imports: ["_base.js"] },
    "_base.js": { file: "assets/base.js" },
    rare: { file: "assets/rare.js" },
  };

  test("is the page with everything it imports at once, and a missing entry stops the build", () => {
    expect(shellOf(manifest, ["index.html"])).toEqual(["index.html", "assets/base.js", "assets/index.css", "assets/index.js"]);
    expect(() => shellOf(manifest, ["gone"])).toThrow("gone");
  });

  test("has another name as soon as one byte of one file differs", () => {
    const release = (content: string) => workerFor(new Map([["index.html", Buffer.from(content)]])).split("\n")[0];
    expect(release("a")).not.toBe(release("b"));
    expect(release("a")).toBe(release("a"));
    const worker = (source: string) => workerFor(new Map(), source).split("\n")[0];
    expect(worker("a")).not.toBe(worker("b"));
  });
});
