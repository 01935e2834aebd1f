/** Guests: the sponsor's link and the one tap, and what a guest sees, with a stand-in for the servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GUESTS, GUEST_ROWS, INCIDENT, NOW, rowsOf, withGuests } from "../fixtures/story.mjs";
import { SIZES, delta, fits, named, staged } from "./staged.mjs";

const SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
const INVITED = { person: GUESTS[0].person, secret: SECRET, code: "123456", expires_at: new Date(NOW + 900_000).toISOString() };
const SIGNED_OUT = 4401;

const picture = (page, name) =>
  process.env.PICTURES ? page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true }) : undefined;

const TEXTS = {
  nl: {
    invite: "Nodig een gast uit", name: "Naam", firm: "Bedrijf", phone: "Telefoonnummer", together: "We staan bij elkaar", make: "Maak de link",
    ended: /Leest niet meer mee sinds/, stop: "Stop: Bram leest niet meer mee", code: "Code van zes cijfers", go: "Lees mee",
    door: "Je bent uitgenodigd als gast",
  },
  en: {
    invite: "Invite a guest", name: "Name", firm: "Firm", phone: "Phone number", together: "We are together", make: "Make the link",
    ended: /No longer reads along since/, stop: "End: Bram reads along no more", code: "Six-digit code", go: "Read along",
    door: "You are invited as a guest",
  },
};

for (const [language, text] of Object.entries(TEXTS)) {
  test(`a sponsor makes a link that names the one incident, and ends it with one tap: ${language}`, () => {
    const sent = [];
    const commands = {
      "/directory/guests": (body) => (sent.push(["invite", body.incident, body.firm]), [200, INVITED]),
      "/guests/end": (body) => (sent.push(["end", body.guest]), [200, { row: null, rows: [] }]),
      "/guests": (body) => (sent.push(["admit", body.guest]), [200, { row: null, rows: [] }]),
    };
    const rows = rowsOf("gert").map(withGuests);
    return staged({ ...named("incident"), rows }, { size: SIZES.phone, language, commands }, async (page) => {
      await page.getByText(text.ended).waitFor();
      assert.equal(await page.getByText("Herstel & Zonen").count(), 1);
      assert.equal(await page.getByRole("button", { name: text.stop }).count(), 1);
      await page.getByRole("button", { name: text.invite }).click();
      await page.getByLabel(text.name, { exact: true }).fill("Bram");
      await page.getByLabel(text.firm, { exact: true }).fill("Spoedhulp BV");
      await page.getByLabel(text.phone, { exact: true }).fill("06 11111111");
      await page.getByRole("button", { name: text.together }).click();
      await fits(page);
      await picture(page, `guests-invite-${language}`);
      await page.getByRole("button", { name: text.make }).click();
      await page.getByText(`/guest#${SECRET}`).waitFor();
      await page.getByText("123 456").waitFor();
      await fits(page);
      await picture(page, `guests-link-${language}`);
      const answered = page.waitForResponse("**/guests/end");
      await page.getByRole("button", { name: text.stop }).click();
      await answered;
      assert.deepEqual(sent, [["invite", INCIDENT, "Spoedhulp BV"], ["admit", GUESTS[0].person], ["end", GUESTS[0].person]]);
    });
  });

  test(`a guest types the code behind the link: ${language}`, () => {
    const commands = { "/guests/enter": (body) => [409, { code: "code_wrong", title: "x", facts: { left: 4 }, sent: body }] };
    return staged({ name: "guest", who: null, path: `/guest#${SECRET}` }, { size: SIZES.phone, language, commands }, async (page) => {
      await page.getByRole("heading", { level: 1, name: text.door }).waitFor();
      assert.equal(new URL(page.url()).hash, "");
      await page.getByLabel(text.code).fill("123 456");
      await fits(page);
      await picture(page, `guests-door-${language}`);
    });
  });

  test(`a guest reads the one incident, no list that is not theirs, and is out at once: ${language}`, () =>
    staged({ who: "bram", path: `/incident/${INCIDENT}`, rows: GUEST_ROWS }, { size: SIZES.phone, language }, async (page, say, hangUp) => {
      await page.getByRole("heading", { level: 1, name: "Hof van Twente" }).waitFor();
      await page.getByText("Spoedhulp BV").waitFor();
      const heads = await page.getByRole("heading", { level: 2 }).allTextContents();
      assert.equal(heads.length, 2, heads.join());
      assert.equal(await page.locator("a[href^='tel:'], a[href='/report'], a[href='/wall']").count(), 0);
      assert.equal(await page.getByRole("button", { name: text.stop }).count(), 0);
      await fits(page);
      await picture(page, `guests-reading-${language}`);
      say({ ...delta(), removed: [{ kind: "incident", id: INCIDENT, v: [1, 9, 9] }] });
      hangUp(SIGNED_OUT);
      await page.getByRole("heading", { level: 1 }).filter({ hasNotText: "Hof van Twente" }).waitFor();
      assert.equal(new URL(page.url()).pathname, "/sign-in");
    }));
}
