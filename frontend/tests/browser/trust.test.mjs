/** The emergency switch, and the warning that every peer reads, with a stand-in for the servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW, PEOPLE } from "../fixtures/story.mjs";
import { SIZES, delta, fits, gone, named, staged } from "./staged.mjs";

const AT = new Date(NOW).toISOString();
const SIGNED_OUT = 4401;

const trust = (id, more = {}, level = "asked", version = 1) => ({
  kind: "trust", id, v: [1, version, 0], level,
  data: { exercise: false, tlp: "TLP:GREEN", id, distrusted: true, since: AT, by_organisation: id, ...more },
});

const picture = (page, name) =>
  process.env.PICTURES ? page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true }) : undefined;

for (const [language, warning, link] of [
  ["nl", "Vertrouw geen mail van Hof van Twente tot nader order.", "Naar de noodschakelaar"],
  ["en", "Trust no mail from Hof van Twente until further notice.", "To the emergency switch"],
]) {
  test(`a peer reads on every page whom not to believe, and no more once it is over: ${language}`, () =>
    staged(named("tasks"), { size: SIZES.phone, language }, async (page, say) => {
      say(delta(trust("GM1735")));
      await page.getByText(warning).waitFor();
      await gone(page.getByRole("link", { name: link }));
      await fits(page);
      await picture(page, `trust-peer-${language}`);
      say({ ...delta(), removed: [{ kind: "trust", id: "GM1735", v: [1, 2, 0] }] });
      await page.getByText(warning).waitFor({ state: "detached" });
    }));
}

test("the wall keeps its height under the warning", () =>
  staged(named("wall"), { size: SIZES.wide }, async (page, say) => {
    say(delta(trust("GM1735"), trust("GM0153", { by_organisation: "IBD" })));
    await page.getByText("Vertrouw geen mail van Enschede").waitFor();
    await page.getByText("gezegd door Hof van Twente").waitFor();
    await page.waitForFunction(() => document.documentElement.scrollHeight <= innerHeight);
    await fits(page);
    await picture(page, "trust-wall");
  }));

test("who is mandated reads what will happen, says it twice, is out, and reads that too", () => {
  let asked = 0;
  const commands = {
    "/organisations/GM1735/distrust": () => (asked++, [200, { organisation: "GM1735", distrusted: true, ended: 12, out: true }]),
  };
  return staged(named("switch"), { size: SIZES.phone, commands }, async (page, say, hangUp) => {
    await page.getByText("Iedereen van Hof van Twente is binnen een seconde uitgelogd, op elk toestel. Jij ook.").waitFor();
    await fits(page);
    await picture(page, "switch");
    await page.getByRole("button", { name: "Zet de schakelaar om" }).click();
    await page.getByText("Zeker weten?").waitFor();
    await page.getByRole("button", { name: "Nee, laat zo" }).click();
    assert.equal(asked, 0);
    await page.getByRole("button", { name: "Zet de schakelaar om" }).click();
    await fits(page);
    await picture(page, "switch-sure");
    await page.getByRole("button", { name: "Ja, zet om" }).click();
    await page.getByText("Er zijn 12 aanmeldingen beëindigd.").waitFor();
    hangUp(SIGNED_OUT);
    await page.getByText("Jij bent nu ook uitgelogd.").waitFor();
    assert.equal(new URL(page.url()).pathname, "/trust");
    await fits(page);
    await picture(page, "switch-done");
    await page.getByRole("button", { name: "Weer inloggen" }).click();
    await page.getByRole("heading", { level: 1, name: "Inloggen" }).waitFor();
    assert.equal(asked, 1);
  });
});

test("the IBD throws it for whom it chooses, and takes it back", () => {
  const sent = [];
  const answer = (distrusted) => (sent.push(distrusted), [200, { organisation: "GM0153", distrusted, ended: 3, out: false }]);
  const commands = {
    "/organisations/GM0153/distrust": () => answer(true),
    "/organisations/GM0153/trust": () => answer(false),
  };
  return staged(named("switch-ibd"), { size: SIZES.phone, commands }, async (page, say) => {
    await gone(page.getByRole("button", { name: "Zet de schakelaar om" }));
    const which = page.getByLabel("Welke organisatie?");
    await which.selectOption("GM0164");
    await page.getByRole("button", { name: "Zet de schakelaar om" }).click();
    await page.getByRole("button", { name: "Ja, zet om" }).waitFor();
    // What was asked was about another organisation.
    await which.selectOption("GM0153");
    await page.getByRole("button", { name: "Ja, zet om" }).waitFor({ state: "detached" });
    await page.getByText("Iedereen van Enschede is binnen een seconde uitgelogd, op elk toestel.", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Zet de schakelaar om" }).click();
    await page.getByRole("button", { name: "Ja, zet om" }).click();
    await page.getByText("Er zijn 3 aanmeldingen beëindigd.").waitFor();
    say(delta(trust("GM0153", { by_organisation: "IBD", by_person: PEOPLE.ruud, mandate: null }, "coordinator")));
    await page.getByText(/Gezegd door .*, namens de organisatie\.$/).waitFor();
    await fits(page);
    await picture(page, "switch-thrown");
    await page.getByRole("button", { name: "Vertrouw Enschede weer" }).click();
    await page.getByRole("button", { name: "Ja, vertrouw weer" }).click();
    await page.getByText("Enschede wordt weer vertrouwd.").waitFor();
    assert.deepEqual(sent, [true, false]);
  });
});

test("the organisation itself reads what to leave alone and that one of them said so, and no more once it is over", () =>
  staged(named("switch"), { size: SIZES.phone }, async (page, say) => {
    say(delta(trust("GM1735", { by_person: PEOPLE.gert, mandate: null }, "own")));
    await page.getByText("Gebruik de eigen mail en systemen niet.").waitFor();
    await page.getByText("Gezegd door iemand van de organisatie zelf.").waitFor();
    await page.getByRole("link", { name: "Naar de noodschakelaar" }).waitFor();
    await fits(page);
    say(delta(trust("GM1735", { distrusted: false }, "own", 2)));
    await page.getByText("Gebruik de eigen mail en systemen niet.").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Zet de schakelaar om" }).waitFor();
  }));

test("who may throw none is told who may", () =>
  staged({ ...named("tasks"), path: "/trust" }, { size: SIZES.phone }, async (page) => {
    await page.getByText("070 204 55 11").waitFor();
    await gone(page.getByRole("button", { name: "Zet de schakelaar om" }));
    await fits(page);
  }));
