/** Taking words out of an incident's texts: asked twice, in both languages, and kept nowhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { INCIDENT } from "../fixtures/story.mjs";
import { SIZES, fits, gone, named, staged } from "./staged.mjs";

const LINE = {
  kind: "log_entry", id: "00000000-0000-4000-8000-000000000999", v: [1, 1, 0], level: "own",
  data: {
    exercise: false, tlp: "TLP:GREEN", id: "00000000-0000-4000-8000-000000000999", incident: INCIDENT, at: "2020-12-01T12:00:00Z",
    entry: "redacted", by_organisation: "GM1735", by_person: null, request: null, about: { places: 2, versions: 3, digest: "00" }, text: "",
  },
};

const picture = (page, name) =>
  process.env.PICTURES ? page.screenshot({ path: `${process.env.PICTURES}/${name}.png` }) : undefined;

for (const [language, says] of [
  ["nl", { open: "Woorden weghalen", next: "Verder", sure: "Zeker weten?", no: "Nee, terug", yes: "Ja, haal voorgoed weg", done: "Weggehaald uit 2 teksten.", line: "Hof van Twente haalt woorden uit 2 teksten" }],
  ["en", { open: "Take words out", next: "Go on", sure: "Are you sure?", no: "No, go back", yes: "Yes, take them out for good", done: "Taken out of 2 texts.", line: "Hof van Twente takes words out of 2 texts" }],
]) {
  test(`who keeps the log takes words out, is asked twice, and reads out of how many texts: ${language}`, () => {
    const sent = [];
    const answers = [
      [409, { code: "nothing_to_redact", detail: { nl: "Nergens.", en: "Nowhere." }, facts: {} }],
      [200, { places: 2, row: LINE, rows: [LINE] }],
    ];
    const commands = { "/redact": (body) => (sent.push(body), answers[sent.length - 1]) };
    return staged(named("incident"), { size: SIZES.phone, language, commands }, async (page) => {
      // By its key: after the looks at other sizes the page may still move under a pointer.
      const press = (name) => page.getByRole("button", { name, exact: true }).press("Enter");
      await press(says.open);
      await page.getByRole("textbox", { name: language === "nl" ? /Welke woorden/ : /Which words/ }).fill(" Anna de Bruin \n\nGeheim!12");
      await fits(page);
      await picture(page, `redact-${language}`);
      await press(says.next);
      await page.getByText(says.sure).waitFor();
      assert.deepEqual(await page.getByRole("listitem").filter({ hasText: /^(Anna de Bruin|Geheim!12)$/ }).allTextContents(), ["Anna de Bruin", "Geheim!12"]);
      await fits(page);
      await picture(page, `redact-sure-${language}`);
      await press(says.no);
      await press(says.next);
      assert.equal(sent.length, 0);
      await press(says.yes);
      await page.getByText(language === "nl" ? "Nergens." : "Nowhere.").waitFor();
      await press(says.next);
      await press(says.yes);
      await page.getByText(says.done).waitFor();
      await page.getByText(says.line).waitFor();
      await gone(page.getByText("Geheim!12"));
      const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
      assert.ok(!kept.includes("Bruin"), kept);
      await fits(page);
      assert.equal(sent.length, 2);
    });
  });
}
