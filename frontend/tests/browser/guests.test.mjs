/** Guests: the sponsor's link and the one tap, and what a guest sees, with a stand-in for the servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GUESTS, GUEST_ROWS, INCIDENT, NOW, rowsOf, withGuests } from "../fixtures/story.mjs";
import { SIZES, delta, fits, gone, named, staged } from "./staged.mjs";

const SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
const INVITED = { person: GUESTS[0].person, secret: SECRET, code: "123456", expires_at: new Date(NOW + 900_000).toISOString() };
const SIGNED_OUT = 4401;

const picture = (page, name) =>
  process.env.PICTURES ? page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true }) : undefined;

const TEXTS = {
  nl: {
    invite: "Nodig een gast uit", name: "Naam", firm: "Bedrijf", phone: "Telefoonnummer", phoned: "Ik bel het nummer dat ik al had", make: "Maak de link",
    ended: /Leest niet meer mee sinds/, stop: "Stop: Bram leest niet meer mee", code: "Code van zes cijfers", go: "Lees mee",
    door: "Je bent uitgenodigd als gast", fill: "Vul een naam, een bedrijf en een telefoonnummer in.", left: "De code klopt niet.",
  },
  en: {
    invite: "Invite a guest", name: "Name", firm: "Firm", phone: "Phone number", phoned: "I call the number that I had already", make: "Make the link",
    ended: /No longer reads along since/, stop: "End: Bram reads along no more", code: "Six-digit code", go: "Read along",
    door: "You are invited as a guest", fill: "Fill in a name, a firm and a phone number.", left: "The code is wrong.",
  },
};

for (const [language, text] of Object.entries(TEXTS)) {
  test(`a sponsor makes a link that names the one incident, and ends it with one tap: ${language}`, () => {
    const sent = [];
    const unheard = [404, { code: "no_such_guest", status: 404, detail: null, facts: {} }];
    const commands = {
      "/directory/guests": (body) => (sent.push(body), [200, INVITED]),
      "/guests/end": (body) => (sent.push(["end", body.guest]), [200, { row: null, rows: [] }]),
      // The service that admits hears a moment later of who was invited.
      "/guests": (body) => (sent.push(["admit", body.guest]), sent.length === 2 ? unheard : [200, { row: null, rows: [] }]),
    };
    const rows = rowsOf("gert").map(withGuests);
    return staged({ ...named("incident"), rows }, { size: SIZES.phone, language, commands }, async (page) => {
      await page.getByText(text.ended).waitFor();
      assert.equal(await page.getByText("Herstel & Zonen").count(), 1);
      assert.equal(await page.getByRole("button", { name: text.stop }).count(), 1);
      await page.getByRole("button", { name: text.invite }).click();
      await page.getByLabel(text.name, { exact: true }).fill("Bram");
      await page.getByLabel(text.firm, { exact: true }).fill("Spoedhulp BV");
      const make = page.getByRole("button", { name: text.make });
      assert.equal(await make.isDisabled(), true);
      await page.getByRole("button", { name: text.phoned }).click();
      await make.click();
      await page.getByText(text.fill).waitFor();
      await page.getByLabel(text.phone, { exact: true }).fill("06 11111111");
      await fits(page);
      await picture(page, `guests-invite-${language}`);
      await make.click();
      await page.getByText(`/guest#${SECRET}`).waitFor();
      await page.getByText("123 456").waitFor();
      await fits(page);
      await picture(page, `guests-link-${language}`);
      const answered = page.waitForResponse("**/guests/end");
      await page.getByRole("button", { name: text.stop }).click();
      await answered;
      const [{ until, ...wanted }, ...after] = sent;
      const who = { name: "Bram", firm: "Spoedhulp BV", phone: "06 11111111" };
      assert.deepEqual(wanted, { incident: INCIDENT, organisation: "GM1735", ...who, checked: "call_back" });
      // A minute less than a day: no clock that is a little behind finds it too long.
      assert.equal(Date.parse(until), NOW + 86_400_000 - 60_000);
      const admit = ["admit", GUESTS[0].person];
      assert.deepEqual(after, [admit, admit, ["end", GUESTS[0].person]]);
    });
  });

  test(`a guest types the code behind the link: ${language}`, () => {
    const sent = [];
    const wrong = [409, { code: "code_wrong", status: 409, detail: { nl: TEXTS.nl.left, en: TEXTS.en.left }, facts: { left: 4 } }];
    const commands = { "/guests/enter": (body) => (sent.push(body), sent.length === 1 ? wrong : [200, {}]) };
    return staged({ name: "guest", who: null, path: `/guest#${SECRET}` }, { size: SIZES.phone, language, commands }, async (page) => {
      await page.getByRole("heading", { level: 1, name: text.door }).waitFor();
      assert.equal(new URL(page.url()).hash, "");
      await page.getByLabel(text.code).fill("123 456");
      await page.getByRole("button", { name: text.go }).click();
      await page.getByText(text.left).waitFor();
      await fits(page);
      await picture(page, `guests-door-${language}`);
      await page.getByRole("button", { name: text.go }).click();
      // Nobody is in behind this stand-in, so the page that the door leads to asks who it is, and knows where to go on.
      await page.waitForURL("**/sign-in?to=%2Fincidents");
      assert.deepEqual(sent, Array(2).fill({ secret: SECRET, code: "123456" }));
    });
  });

  test(`a guest reads the one incident, no list that is not theirs, and is out at once: ${language}`, () =>
    staged({ who: "bram", path: `/incident/${INCIDENT}`, rows: GUEST_ROWS }, { size: SIZES.phone, language }, async (page, say, hangUp) => {
      await page.getByRole("heading", { level: 1, name: "Hof van Twente" }).waitFor();
      await page.getByText("Spoedhulp BV").waitFor();
      const heads = await page.getByRole("heading", { level: 2 }).allTextContents();
      assert.equal(heads.length, 2, heads.join());
      await gone(page.locator("a[href^='tel:'], a[href='/report'], a[href='/wall']"));
      await gone(page.getByRole("button", { name: text.stop }));
      await fits(page);
      await picture(page, `guests-reading-${language}`);
      say({ ...delta(), removed: [{ kind: "incident", id: INCIDENT, v: [1, 9, 9] }] });
      hangUp(SIGNED_OUT);
      await page.getByRole("heading", { level: 1 }).filter({ hasNotText: "Hof van Twente" }).waitFor();
      assert.equal(new URL(page.url()).pathname, "/sign-in");
    }));
}
