/** Systems that read along: one is connected, its secret is shown once, and one tap ends it; servers are stood in for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SIZES, fits, gone, named, staged } from "./staged.mjs";

const OLD = {
  id: "00000000-0000-0000-0000-000000000901", name: "Wand van de veiligheidsregio", about: "Hulpvragen in de crisiskamer",
  made_by: "Gert Verzonnen", made_at: "2020-11-02T09:00:00Z", expires_at: "2021-01-31T09:00:00Z", used_at: "2020-12-01T10:30:00Z", ended_at: null,
};
const MADE = { client_id: "00000000-0000-0000-0000-000000000902", client_secret: "s".repeat(43), expires_at: "2021-03-01T10:42:00Z" };
const ROUTE = "/organisations/GM1735/systems";
const SAID = {
  nl: {
    open: "Koppelingen met andere systemen", name: "Naam van het systeem", about: "Waarvoor?", lasts: "Hoe lang?", year: "Een jaar",
    make: "Maak een koppeling", end: "Beëindig Dashboard", over: "Beëindigd: ", once: "Je ziet het geheim alleen nu.",
  },
  en: {
    open: "Connected systems", name: "Name of the system", about: "What for?", lasts: "For how long?", year: "A year",
    make: "Connect a system", end: "End Dashboard", over: "Ended: ", once: "You see the secret only now.",
  },
};
const picture = (page, name) =>
  process.env.PICTURES ? page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true }) : undefined;

for (const [language, size] of [["nl", "phone"], ["en", "wide"]]) {
  test(`a system is connected, its secret is shown once, and one tap ends it (${language}, ${size})`, () => {
    const said = SAID[language];
    const sent = [];
    let systems = [OLD];
    const commands = {
      [`${MADE.client_id}/end`]: () => {
        systems = systems.map((each) => (each.id === MADE.client_id ? { ...each, ended_at: "2020-12-01T10:40:00Z" } : each));
        return [200, {}];
      },
      [ROUTE]: (body) => {
        if (!body) return [200, { systems }];
        sent.push(body);
        systems = [{ ...OLD, ...body, id: MADE.client_id, made_at: "2020-12-01T10:42:00Z", used_at: null }, ...systems];
        return [200, MADE];
      },
    };
    return staged(named("access"), { size: SIZES[size], language, commands }, async (page) => {
      await page.getByRole("button", { name: said.open }).click();
      await page.getByText(OLD.name).waitFor();
      await page.getByLabel(said.name).fill("Dashboard");
      await page.getByLabel(said.about).fill("Overzicht van de regio");
      await page.getByLabel(said.lasts).selectOption({ label: said.year });
      await page.getByRole("button", { name: said.make }).click();
      await page.getByText(MADE.client_secret).waitFor();
      await page.getByText(said.once).waitFor();
      await fits(page);
      await picture(page, `systems-${language}`);
      await page.getByRole("button", { name: said.end }).click();
      await page.getByText(said.over).waitFor();
      await gone(page.getByRole("button", { name: said.end }));
      await gone(page.getByText(MADE.client_secret));
      assert.deepEqual(sent, [{ name: "Dashboard", about: "Overzicht van de regio", days: 365 }]);
      await fits(page);
    });
  });
}
