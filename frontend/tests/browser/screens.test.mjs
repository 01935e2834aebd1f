/** Every screen with a stand-in for the servers: no violation of WCAG 2.2 AA that axe sees, and what people rely on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HIT_DESK, INCIDENT, incident, request, rowsOf } from "../fixtures/story.mjs";
import { SCREENS } from "./stage.mjs";
import { SIZES, delta, gone, isForThumbs, named, staged, violations } from "./staged.mjs";

const LOOKS = [["phone", "light"], ["wide", "dark"], ["phone", "dark"], ["wide", "light"]];

/** In which sizes and themes: all of them at long counts; else half, so that each meets each and either language once. */
const looksAt = (language) => (process.env.NOABER_COUNTS === "long" ? LOOKS : language === "nl" ? LOOKS.slice(0, 2) : LOOKS.slice(2));

for (const screen of SCREENS) {
  for (const language of ["nl", "en"]) {
    test(`${screen.name} has no violation on a phone or wide, in either theme (${language})`, () =>
      staged(screen, { size: SIZES.phone, language }, async (page) => {
        assert.equal(await page.getAttribute("html", "lang"), language);
        // What is folded away is looked at too.
        await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
        for (const [name, scheme] of looksAt(language)) {
          await page.setViewportSize(SIZES[name]);
          await page.emulateMedia({ colorScheme: scheme });
          assert.deepEqual(await violations(page), [], `${name} ${scheme}`);
        }
        await isForThumbs(page);
      }));
  }
}

test("the wall scrolls nowhere at 1920 x 1080", () =>
  staged(named("wall"), { size: SIZES.wide }, async (page) => {
    const over = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    assert.equal(over, 0);
  }));

test("the wall changes by itself when a delta comes, and loses a row that was removed", () =>
  staged(named("wall"), { size: SIZES.wide }, async (page, say) => {
    const changed = incident("coordinator");
    for (const each of changed.data.affected[0].services) each.state = "works";
    const [request] = rowsOf("fatima").filter((each) => each.kind === "help_request" && each.data.function === "network");
    await page.getByText("4", { exact: true }).waitFor();
    const removed = [{ kind: "help_request", id: request.id, v: [1, 2, 1] }];
    say({ type: "delta", cursor: "c2", at: new Date().toISOString(), changed: [{ ...changed, v: [1, 2, 1] }], removed });
    await page.getByText("0", { exact: true }).waitFor();
    await gone(page.getByText("✕"));
    await gone(page.getByRole("link", { name: "Netwerk" }));
  }));

test("the wall goes on when a second incident hits the same municipality", () =>
  staged(named("wall"), { size: SIZES.wide }, async (page, say) => {
    const second = incident("coordinator");
    for (const each of second.data.affected[0].services) each.state = "down";
    say(delta({ ...second, id: INCIDENT.replace(/1$/, "2") }));
    await page.getByText("8", { exact: true }).waitFor();
    assert.equal(await page.getByRole("heading", { name: "Wat een inwoner nu kan" }).locator("..").getByText("✕").count(), 8);
  }));

test("the wall has a way to every other page, and out", () =>
  staged({ name: "wall", who: "ruud", path: "/wall" }, { size: SIZES.wide }, async (page) => {
    await page.getByText("Menu", { exact: true }).click();
    await page.getByRole("button", { name: "Afmelden (Ruud)" }).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole("link", { name: "Incident melden" }).click();
    await page.getByLabel("Namens wie meld je dit?").waitFor();
  }));

test("a page that cannot be drawn says so and comes back", () =>
  staged(named("wall"), { size: SIZES.wide }, async (page, say) => {
    const [good] = rowsOf("fatima").filter((each) => each.kind === "help_request" && each.data.function === "network");
    say(delta({ ...good, v: [1, 2, 1], data: { ...good.data, counts: null } }));
    await page.getByText("Deze pagina kan nu niet worden getoond.").waitFor();
    assert.deepEqual(await violations(page), []);
    say(delta({ ...good, v: [1, 3, 1] }));
    await page.getByRole("button", { name: "Probeer opnieuw" }).click();
    await page.getByRole("link", { name: "Netwerk" }).waitFor();
  }));

test("one long word pushes no page aside", async () => {
  const place = "x".repeat(600);
  for (const [screen, level] of [["incident", "own"], ["tasks", "partner"], ["desk", "partner"], ["wall", "coordinator"]]) {
    await staged(named(screen), { size: SIZES.phone }, async (page, say) => {
      const row = request(13, "backup_recovery", 30, [4, 0, 0], { place, note: place, systems: [place] }, level);
      const loud = incident(level);
      loud.data.description = place;
      loud.data.call_back.name = place;
      loud.data.affected[0].services[0].note = place;
      say(delta({ ...row, v: [1, 2, 1] }, { ...loud, v: [1, 2, 1] }));
      if (screen !== "desk") await page.getByText(place.slice(0, 50)).first().waitFor({ state: "attached" });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wider <= 0, `${screen} scrolls sideways by ${wider}`);
    });
  }
});

test("signing out that fails says that one is still signed in", () =>
  staged(named("desk"), { size: SIZES.wide, commands: { "/sign-out": [503, { code: "unavailable" }] } }, async (page) => {
    await page.getByRole("button", { name: "Afmelden (Anouk)" }).click();
    await page.getByText("Afmelden lukte niet: je bent nog aangemeld.").waitFor();
    assert.equal(new URL(page.url()).pathname, "/desk");
    assert.deepEqual(await violations(page), []);
  }));

test("the menu of a phone folds away when a page was chosen", () =>
  staged(named("desk"), { size: SIZES.phone }, async (page) => {
    await page.getByText("Menu", { exact: true }).click();
    await page.getByRole("link", { name: "Mijn taken" }).click();
    await page.getByText("Ik ben beschikbaar").waitFor();
    assert.equal(await page.getByRole("button", { name: /Afmelden/ }).isVisible(), false);
  }));

test("the wall is readable on a laptop: nothing lies over anything, nothing is cut off", () =>
  staged(named("wall"), { size: { width: 1280, height: 800 } }, async (page) => {
    const found = await page.$$eval("main li", (rows) =>
      rows.filter((row) => row.scrollHeight > row.clientHeight + 1 || row.scrollWidth > row.clientWidth + 1).map((row) => row.innerText),
    );
    assert.deepEqual(found, []);
    await page.getByText("Informatiebeheer (DIV)").waitFor();
  }));

test("a number that cannot be becomes the nearest that can, and a moment that is missing is asked for", () =>
  staged(named("incident"), { size: SIZES.wide }, async (page) => {
    await page.getByRole("button", { name: "Nog een hulpvraag" }).click();
    const number = page.getByRole("spinbutton", { name: "Hoeveel mensen?" });
    for (const [typed, settled] of [["", "1"], ["-3", "1"], ["2.4", "2"], ["3e9", "50"]]) {
      await number.fill(typed);
      await number.blur();
      assert.equal(await number.inputValue(), settled, typed);
    }
    await page.getByRole("button", { name: "anders" }).click();
    await page.getByLabel("Datum en tijd").fill("");
    await page.getByRole("button", { name: "Vraag voorlopig" }).click();
    await page.getByText("Kies wanneer de hulp nodig is.").waitFor();
    assert.deepEqual(await violations(page), []);
  }));

test("a text that is too long says by how much and loses nothing", () =>
  staged(named("incident"), { size: SIZES.phone }, async (page) => {
    await page.getByLabel("Schrijf in het logboek").fill("x".repeat(4001));
    await page.getByText("1 teken te veel.").waitFor();
    assert.equal((await page.getByLabel("Schrijf in het logboek").inputValue()).length, 4001);
    assert.deepEqual(await violations(page), []);
  }));

test("a refusal of fields names them as the page does", () =>
  staged(
    named("report"),
    {
      size: SIZES.phone,
      commands: { "/incidents": [400, { code: "invalid", detail: { nl: "Velden.", en: "" }, facts: { fields: { "body.call_back.name": { nl: "Dit mag hoogstens 200 tekens zijn.", en: "" } } } }] },
    },
    async (page) => {
      await page.getByRole("button", { name: "net", exact: true }).click();
      await page.getByLabel("Wie kunnen we bellen?").fill("06 12 34 56 78");
      await page.getByRole("button", { name: "Meld incident" }).click();
      await page.getByText('Dit klopt nog niet. "Naam bij dit nummer": Dit mag hoogstens 200 tekens zijn.').waitFor();
    },
  ));

test("the first thing that is missing in a report gets the focus", () =>
  staged(named("report"), { size: SIZES.phone }, async (page) => {
    await page.getByRole("button", { name: "Meld incident" }).click();
    await page.waitForFunction(() => document.activeElement?.textContent.trim() === "net");
  }));

test("a desk is offered nobody who is out already", () =>
  staged(named("desk"), { size: SIZES.wide }, async (page, say) => {
    const [unnamed] = rowsOf("anouk").filter((each) => each.kind === "commitment" && !each.data.person);
    const first = page.getByLabel("Wie gaat er?");
    const who = await first.inputValue();
    say(delta({ ...unnamed, id: INCIDENT.replace(/1$/, "7"), data: { ...unnamed.data, person: who } }));
    await page.waitForFunction((taken) => document.querySelector("li select")?.value !== taken, who);
    await gone(first.locator(`option[value="${who}"]`));
  }));

test("a desk that is hit itself reads first who is out, and calls one back with the give-back", async () => {
  const [out] = HIT_DESK.filter((each) => each.kind === "commitment" && each.data.person);
  const back = { ...out, v: [1, 2, 1], data: { ...out.data, state: "given_back" } };
  await staged(named("desk-hit"), { size: SIZES.phone, commands: { "/give-back": [200, { row: back, rows: [] }] } }, async (page) => {
    const first = page.getByRole("region", { name: "Hengelo is zelf getroffen" });
    await first.getByText("2 collega's zijn uitgeleend.").waitFor();
    await first.getByText("Hof van Twente, op locatie, betaalrun december").waitFor();
    assert.equal(await first.getByRole("button", { name: "Terugroepen" }).count(), 2);
    await first.getByRole("listitem").filter({ hasText: "Pim" }).getByRole("button").click();
    await page.waitForFunction(() => document.activeElement?.textContent.trim() === "Ja, roep terug");
    assert.deepEqual(await violations(page), []);
    const sent = page.waitForRequest((request) => request.url().endsWith(`/api/aid/commitments/${out.id}/give-back`));
    await page.getByRole("button", { name: "Ja, roep terug" }).click();
    assert.equal((await sent).method(), "POST");
    await first.getByText("1 collega is uitgeleend.").waitFor();
    await gone(first.getByText("Pim"));
    await page.getByText("Pim is teruggeroepen.").waitFor({ state: "attached" });
  });
});

test("the forms of an incident have no violation when they are open", () =>
  staged(named("incident"), { size: SIZES.phone }, async (page) => {
    await page.getByRole("button", { name: "Nog een hulpvraag" }).click();
    await page.getByRole("button", { name: "anders" }).click();
    await page.getByRole("button", { name: "Zelf kiezen" }).click();
    await page.getByLabel("Zoek een organisatie").fill("Los");
    await page.getByRole("button", { name: "+ Losser" }).click();
    await page.getByRole("button", { name: /^Verander Paspoort/ }).click();
    await page.getByRole("button", { name: "Aantal veranderen" }).first().click();
    await page.getByRole("button", { name: "Incident afsluiten" }).click();
    await page.getByText("1 organisatie in de kring").waitFor();
    assert.deepEqual(await violations(page), []);
  }));

test("whoever signs in comes to the page that fits, and another after signing out to theirs", () =>
  staged(named("sign-in"), { size: SIZES.wide }, async (page) => {
    await page.getByRole("button", { name: /^Joris/ }).click();
    await page.getByRole("heading", { name: "Back-up en herstel" }).first().waitFor();
    assert.equal(new URL(page.url()).pathname, "/tasks");
    await page.getByRole("button", { name: "Afmelden (Joris)" }).click();
    await page.getByRole("button", { name: /^Anouk/ }).click();
    await page.getByRole("heading", { name: "Balie van Hengelo" }).waitFor();
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Desk of Hengelo" }).waitFor();
    assert.equal(await page.getAttribute("html", "lang"), "en");
  }));

test("who comes too late reads who has it and what is still open", () =>
  staged(
    named("tasks"),
    {
      size: SIZES.phone,
      commands: {
        "/claim": [
          409,
          { code: "taken", status: 409, facts: { commitments: [{ id: "k", lender: "GM0141" }], open: [{ request: "r", function: "network" }] } },
        ],
      },
    },
    async (page) => {
      await page.getByRole("button", { name: "Ik help" }).first().click();
      await page.getByText("Almelo was je net voor.").waitFor();
      await page.getByText("○ Netwerk").waitFor();
      assert.deepEqual(await violations(page), []);
    },
  ));

test("a slot that was given back is not called yours any more", async () => {
  const [mine] = rowsOf("joris").filter((each) => each.kind === "commitment");
  const id = INCIDENT.replace(/1$/, "8");
  const held = { ...mine, id, data: { ...mine.data, id } };
  await staged(named("tasks"), { size: SIZES.phone, commands: { "/claim": [200, { row: held, rows: [] }] } }, async (page, say) => {
    await page.getByRole("button", { name: "Ik help" }).first().click();
    await page.getByText("De plek is van jou.").waitFor();
    say(delta({ ...held, v: [1, 2, 1], data: { ...held.data, state: "given_back" } }));
    await page.getByText("De plek is van jou.").waitFor({ state: "detached" });
  });
});

test("whoever was refused and is still asked can say yes again", () =>
  staged(
    named("tasks"),
    { size: SIZES.phone, commands: { "/claim": [409, { code: "terms_changed", detail: null, facts: {} }] } },
    async (page) => {
      const yes = page.getByRole("button", { name: "Ik help" });
      await yes.click();
      await page.getByText("De hulpvraag is veranderd.").waitFor();
      await Promise.all([page.waitForRequest("**/claim", { timeout: 5_000 }), yes.click()]);
    },
  ));

test("the answer to a yes shows also where the line fell away after the tap", () => {
  const commands = { "/claim": [409, { code: "terms_changed", detail: null, facts: {} }] };
  return staged(named("tasks"), { size: SIZES.phone, commands }, async (page) => {
    await page.getByRole("button", { name: "Ik help" }).first().waitFor();
    await page.waitForLoadState("networkidle");
    await page.route("**/*.js", (route) => route.abort());
    await page.getByRole("button", { name: "Ik help" }).first().click();
    await page.getByText("De hulpvraag is veranderd.").waitFor();
  });
});

test("a refused report says why and keeps what was typed", () =>
  staged(
    named("report"),
    {
      size: SIZES.phone,
      commands: { "/incidents": [409, { code: "since_in_future", status: 409, detail: { nl: "Dat is later dan nu.", en: "" }, facts: {} }] },
    },
    async (page) => {
      await page.getByRole("button", { name: "Meld incident" }).click();
      await page.getByText("Kies sinds wanneer").waitFor();
      await page.getByRole("button", { name: "Paspoorten" }).click();
      await page.getByRole("button", { name: "net", exact: true }).click();
      await page.getByLabel("Wie kunnen we bellen?").fill("06 12 34 56 78");
      await page.getByRole("button", { name: "Meld incident" }).click();
      await page.getByText("Dat is later dan nu.").waitFor();
      assert.equal(await page.getByLabel("Wie kunnen we bellen?").inputValue(), "06 12 34 56 78");
      assert.equal(await page.getByRole("button", { name: /Paspoorten/ }).getAttribute("aria-pressed"), "true");
      assert.deepEqual(await violations(page), []);
    },
  ));
