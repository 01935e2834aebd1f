import { describe, expect, test } from "vitest";
import { circleOf, search } from "../../src/screens/incident/circle";
import { suspicion } from "../../src/ui/suspicion";
import type { Organisation } from "../../src/api/directory.svelte";
import { uuid7 } from "../../src/api/ids";
import { Keys } from "../../src/api/http";
import { asksOf } from "../../src/screens/desk/asks";
import { recallsOf } from "../../src/screens/desk/recalls";
import { fitting } from "../../src/screens/wall/fit";
import { afterCard, askedOf, askedOfDesk, exerciseOf, figures, homeOf, requests, servicesOf } from "../../src/live/select";
import { EMPTY, type Picture, fromSnapshot } from "../../src/live/picture";
import type { Affected } from "../../src/gen/rows";
import { HIT_DESK, INCIDENT, NOW, ORGANISATIONS, homeHit, rowsOf, snapshotOf } from "../fixtures/story.mjs";

const pictureOf = (name: string): Picture => fromSnapshot(snapshotOf(name) as never);
const ALL = new Map((ORGANISATIONS as Organisation[]).map((each) => [each.id, each]));

describe("home", () => {
  test.each([
    ["wilma", `/incident/${INCIDENT}`],
    ["gert", `/incident/${INCIDENT}`],
    ["joris", "/tasks"],
    ["anouk", "/desk"],
    ["fatima", "/wall"],
    ["ruud", "/wall"],
    ["kees", "/tasks"],
  ])("of %s is %s", (name, path) => expect(homeOf(pictureOf(name))).toBe(path));

  test("of nobody is sign-in, and of a reporter without an incident the report", () => {
    expect(homeOf(EMPTY)).toBe("/sign-in");
    expect(homeOf(fromSnapshot(snapshotOf("wilma", []) as never))).toBe("/report");
  });
});

describe("after coming in with a card", () => {
  test("who may report goes to ask for help, even where they mostly lend", () => {
    expect(afterCard(fromSnapshot(snapshotOf("wilma", []) as never))).toBe("/report/help");
    expect(afterCard(pictureOf("wilma"))).toBe(`/incident/${INCIDENT}`);
    expect(afterCard(pictureOf("kees"))).toBe("/tasks");
  });
});

describe("what is seen", () => {
  test("the figures of the wall add up", () => {
    expect(figures(pictureOf("fatima"))).toEqual({
      filled: 11, wanted: 17, down: 4, helpers: 13, lenders: 6, hurts: "2020-12-01T13:00:00.000Z",
    });
  });

  test("a service that two incidents of one organisation hit is one line, in the worse of its states", () => {
    const [hit] = (pictureOf("fatima").rows.incident.get(INCIDENT)?.data.affected ?? []);
    const again: Affected = {
      organisation: hit!.organisation,
      services: hit!.services.map((each) => ({ ...each, state: each.service === "phone" ? "down" : "works" })),
    };
    const lines = servicesOf([hit!, again]);
    expect(lines.map((each) => each.service).sort()).toEqual(hit!.services.map((each) => each.service).sort());
    expect(lines.find((each) => each.service === "phone")?.state).toBe("down");
    expect(lines.find((each) => each.service === "passports")?.state).toBe("down");
  });

  test("what is down in two incidents of one organisation counts once", () => {
    const rows = rowsOf("fatima");
    const again = { ...rows.find((each) => each.kind === "incident")!, id: INCIDENT.replace(/1$/, "2") };
    expect(figures(fromSnapshot(snapshotOf("fatima", [...rows, again]) as never)).down).toBe(4);
  });

  test("requests stand in the order in which they are needed", () => {
    const needed = requests(pictureOf("fatima")).map((row) => row.data.needed_by);
    expect(needed).toEqual([...needed].sort());
  });

  test("a person sees what is asked of them, the desk what is asked of the organisation", () => {
    expect(askedOf(pictureOf("joris"))).toHaveLength(2);
    expect(askedOfDesk(pictureOf("joris"))).toHaveLength(0);
    expect(askedOf(pictureOf("anouk"))).toHaveLength(0);
    expect(askedOfDesk(pictureOf("anouk"))).toHaveLength(1);
  });

  test("a desk's question joins its approach with the reservations that wait", () => {
    const picture = pictureOf("anouk");
    const asks = asksOf(["GM0164"], askedOfDesk(picture), picture);
    expect(asks.map((each) => [each.approach !== null, each.waiting.length])).toEqual([[true, 0], [false, 1]]);
  });

  test("exercise is said when any of it is one", () => {
    expect(exerciseOf(pictureOf("fatima"))).toBe("all");
    expect(exerciseOf(EMPTY)).toBe("none");
  });
});

describe("a circle", () => {
  const choice = { way: "region", kilometres: 30, picked: ["VR05"], proposed: ["GM0153", "GM0164"] } as const;

  test("of the region is what the request proposes, and its municipalities where it proposes nothing", () => {
    expect(circleOf(ALL, "GM1735", choice)).toEqual(["GM0153", "GM0164"]);
    expect(circleOf(ALL, "GM1735", { ...choice, proposed: [] })).toHaveLength(8);
  });

  test("of a radius crosses the region's border, nearest first", () => {
    const circle = circleOf(ALL, "GM1735", { ...choice, way: "radius" });
    expect(circle).toContain("GM0150");
    expect(circle).toContain("GM0158");
    expect(circle[0]).toBe("GM1742");
  });

  test("by hand is what was picked, found by a part of the name", () => {
    expect(search(ALL, "enge", []).map((each) => each.id)).toEqual(["GM0164"]);
    expect(search(ALL, "h", [])).toEqual([]);
    expect(circleOf(ALL, "GM1735", { ...choice, way: "picked" })).toEqual(["VR05"]);
  });
});

describe("small things that matter", () => {
  test("a text that looks like a citizen service number or a password is suspect", () => {
    expect(suspicion("bel 111222333 terug")).toBe("bsn");
    expect(suspicion("bel 111222334 terug")).toBeNull();
    expect(suspicion("Wachtwoord: geheim")).toBe("password");
    expect(suspicion("het wachtwoord is gewijzigd")).toBeNull();
  });

  test("ids are UUIDv7 and sort by time", () => {
    expect(uuid7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid7(1) < uuid7(2)).toBe(true);
  });

  test("the same words unanswered keep their key; other words, or an answer, give a new one", () => {
    const keys = new Keys();
    const first = keys.for("/a", { n: 1 });
    expect(keys.for("/a", { n: 1 })).toBe(first);
    const second = keys.for("/a", { n: 2 });
    expect(second).not.toBe(first);
    keys.answered();
    expect(keys.for("/a", { n: 2 })).not.toBe(second);
  });

  test("what does not fit on the wall leaves a line for how many more", () => {
    expect(fitting(300, 100, 3)).toBe(3);
    expect(fitting(300, 100, 4)).toBe(2);
    expect(fitting(10, 100, 4)).toBe(1);
  });
});

describe("a desk whose own organisation is hit", () => {
  const recalls = (rows: unknown[], now = NOW) => recallsOf(["GM0164"], fromSnapshot(snapshotOf("anouk", rows) as never), now);
  const quiet = HIT_DESK.slice(0, -1);

  test("is offered everybody who is out for it, named or not", () => {
    const [offer] = recalls(HIT_DESK);
    expect(offer?.lender).toBe("GM0164");
    expect(offer?.incident).toBe(homeHit().id);
    expect(offer?.out.map((each) => each.data.person === null)).toEqual([true, false]);
  });

  test.each([
    ["an exercise", homeHit({ exercise: true })],
    ["a closed incident", homeHit({ closed_at: new Date(NOW).toISOString() })],
    ["an incident elsewhere", homeHit({ affected: [{ organisation: "GM0141", services: [] }] })],
  ])("is offered nobody for %s", (_what, row) => expect(recalls([...quiet, row])).toEqual([]));

  test("is offered nobody whose time is over", () => expect(recalls(HIT_DESK, NOW + 75 * 3_600_000)).toEqual([]));
});
