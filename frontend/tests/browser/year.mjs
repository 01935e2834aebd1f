/**
 * An administrator's year, done at one sitting: `node year.mjs <port> <folder> <link> <code>` of an invitation.
 * The last line it says is JSON: machine_seconds, person_seconds, taps, typed, swipes and read (characters).
 * Ends with 1 and what was on the screen when something does not appear in time.
 */
import assert from "node:assert/strict";
import { DESK, picture, play, step } from "./acting.mjs";
import { person } from "./person.mjs";
import { HOME, comeIn, device, signedIn } from "./phones.mjs";

const [link, code] = process.argv.slice(4);
const { count, tap, choose, decides, type, keys, reads } = person({ hand: "mouse", height: DESK.height, waits: false });

const NEW = [
  "Naam;Telefoon;Functie",
  "Anna Verzonnen;06 00000101;CISO", "Bas Verzonnen;06 00000102;Netwerk", "Cor Verzonnen;06 00000103;Back-up en herstel",
  "Dina Verzonnen;06 00000104;Burgerzaken", "Els Verzonnen;06 00000105;Uitkeringen", "Femke Verzonnen;06 00000106;Privacy",
  "Guus Verzonnen;06 00000107;Woordvoering", "Hans Verzonnen;06 00000108;Netwerk", "Ida Verzonnen;06 00000109;Burgerzaken",
  "Jan Verzonnen;06 00000110;Crisiscoördinatie", "Kim Verzonnen;06 00000111;Uitkeringen", "Leo Verzonnen;06 00000112;Burgerzaken",
].join("\n");

async function main() {
  const petra = await device("petra", DESK, link);
  const { page } = petra;
  const button = (name) => page.getByRole("button", { name, exact: typeof name === "string" });
  const door = (name) => tap(page.getByRole("link", { name, exact: true }));
  const heading = (name) => page.getByRole("heading", { name }).first().waitFor();
  // A key is shown by a touch of its own, which the device asks for.
  petra.line.on("WebAuthn.credentialAsserted", () => decides());
  let began;

  await step("a year ago she was invited", async () => {
    await comeIn(petra, code.replace(" ", ""));
    await signedIn(petra);
    await petra.context.clearCookies();
    await page.goto(`${HOME}/sign-in`);
  });

  await step("she signs in", async () => {
    began = performance.now();
    await tap(button("Inloggen met je telefoon of sleutel"));
    await signedIn(petra);
    await page.getByText("Live").first().waitFor();
    await reads(page);
  });

  await step("the yearly check: one tap a line, and who left is taken off", async () => {
    await door("Mensen");
    await button(/: klopt$/).first().waitFor();
    await reads(page);
    const lines = await button(/: klopt$/).count();
    assert.ok(lines >= 12, `${lines} lines`);
    const before = count.taps;
    for (let left = lines; left > 1; left -= 1) {
      await tap(button(/: klopt$/));
      await page.waitForFunction((n) => document.querySelectorAll("[data-right]").length === n, left - 1);
    }
    assert.equal(count.taps - before, lines - 1);
    await tap(button(/werkt hier niet meer$/));
    await reads(page);
    await tap(button("Ja, haal weg"));
    await page.getByText("Alles klopt.").waitFor();
    await reads(page);
    await picture(petra, "checked");
  });

  await step("twelve new people come from a list, with their functions", async () => {
    // Selected and copied where it stands, and pasted here.
    await decides(3);
    await page.getByLabel("Plak hier je lijst").fill(NEW);
    await page.getByText("12 mensen klaar").waitFor();
    await reads(page);
    await picture(petra, "pasted");
    await tap(page.getByRole("group", { name: "Wat mogen deze mensen?" }).getByRole("button", { name: "Incident melden en hulp vragen" }));
    await tap(button("Voeg 12 mensen toe"));
    await page.getByText("12 mensen toegevoegd.").waitFor();
    await reads(page);
  });

  await step("two of them decide, and another gets a second function", async () => {
    for (const [name, group, wanted] of [
      ["Anna Verzonnen", "Rechten", ["Hulpvraag bevestigen", "Mensen uitlenen"]],
      ["Jan Verzonnen", "Rechten", ["Hulpvraag bevestigen", "Mensen uitlenen"]],
      ["Leo Verzonnen", "Functies", ["Financiën"]],
    ]) {
      await tap(button(`Wijzig ${name}`));
      const chips = page.getByRole("group", { name: group, exact: true });
      await chips.waitFor();
      await reads(page);
      for (const each of wanted) await tap(chips.getByRole("button", { name: each }));
      await tap(button("Bewaar"));
      await button(`Wijzig ${name}`).waitFor();
    }
  });

  await step("who has no key yet gets a slip", async () => {
    await tap(button("Ik geef het briefje zelf en zeg de code"));
    await tap(button(/^Maak \d+ briefjes$/));
    await heading(/briefjes klaar/);
    await reads(page);
    await printed("Print de codes");
    await printed("Print de briefjes");
  });

  await step("the wake-up list: two more, in order, with hours", async () => {
    await door("Piketlijst");
    await button("Bewaar de lijst").waitFor();
    await reads(page);
    await picture(petra, "wake-list-before");
    for (const name of ["Anna Verzonnen", "Jan Verzonnen"]) {
      await choose(page.getByLabel("Wie erbij?"), { label: name });
      await tap(button(/Zet op de lijst/));
      await page.getByLabel("Bel vanaf").waitFor();
      await reads(page);
    }
    await choose(page.getByLabel("Bel vanaf"), { label: "18:00" });
    await choose(page.getByLabel("Bel tot"), { label: "08:00" });
    await tap(page.getByLabel("Bel ook bij een oefening"));
    await tap(button("Zet Jan Verzonnen hoger"));
    const phone = page.getByLabel("Neemt niemand op, bel dan");
    await tap(phone);
    await type(phone, "14030");
    await tap(button("Bewaar de lijst"));
    await page.getByText("De lijst is bewaard").waitFor();
    await reads(page);
    await picture(petra, "wake-list");
  });

  await step("the mandate: one with limits, and a deputy for the summer", async () => {
    await door("Mandaten");
    await button("Bewaar de lijst").waitFor();
    await reads(page);
    await picture(petra, "mandates-before");
    await tap(button(/Zet iemand op de lijst/));
    await choose(page.getByLabel("Wie?"), { label: "Anna Verzonnen" });
    await reads(page);
    for (const [label, text] of [["Euro's", "25000"], ["Dagen", "14"], ["Mensen", "6"]]) {
      const field = page.getByLabel(label, { exact: true });
      await tap(field);
      await type(field, text);
    }
    await picture(petra, "mandate");
    await tap(button(/Zet iemand op de lijst/));
    await choose(page.getByLabel("Wie?"), { label: "Jan Verzonnen" });
    await choose(page.getByLabel("Vervangt"), { label: "Anna Verzonnen" });
    for (const [label, day] of [["Vanaf", "2030-07-01"], ["Tot en met", "2030-08-31"]]) {
      await tap(page.getByLabel(label));
      await page.getByLabel(label).fill(day);
      await keys("01072030");
    }
    await reads(page);
    await tap(button("Bewaar de lijst"));
    await page.getByText("De lijst is bewaard").waitFor();
    await reads(page);
    await picture(petra, "mandates");
  });

  await step("three cards are printed, and the old ones work no more", async () => {
    await door("Kaarten");
    await heading("Nieuwe kaarten drukken");
    await reads(page);
    await picture(petra, "cards");
    for (const each of ["Crisiscoördinatie", "CISO", "Burgerzaken"]) await tap(button(each));
    await tap(button("Maak 3 kaarten"));
    await heading("Druk deze kaarten nu af");
    await reads(page);
    await printed("Druk af");
  });

  await step("what is kept of her is hers, and she ends where she is signed in", async () => {
    await door("Mijn toestellen");
    await heading("Waar je nu bent aangemeld");
    await reads(page);
    await picture(petra, "devices");
    const [file] = await Promise.all([page.waitForEvent("download"), tap(button("Download mijn gegevens"))]);
    assert.match(file.suggestedFilename(), /json$/);
    await tap(button("Meld je overal af"));
    await page.waitForURL(/sign-in/);
  });

  /** And a yes to what the printer asks. */
  async function printed(name) {
    await tap(button(name));
    await decides();
  }

  const { personMs, ...counted } = count;
  console.log(JSON.stringify({ machine_seconds: (performance.now() - began) / 1000, person_seconds: personMs / 1000, ...counted }));
}

await play(main);
