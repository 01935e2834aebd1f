/** The list of mandates, and where a mandate was used, with a stand-in for the servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW, PEOPLE, request } from "../fixtures/story.mjs";
import { SIZES, delta, fits, gone, named, staged } from "./staged.mjs";

const AT = new Date(NOW).toISOString();
const ENTRY = {
  id: "00000000-0000-0000-0000-000000000801", person: PEOPLE.gert, acts: ["confirm", "coordinate"], deputy_for: null,
  starts: null, until: null, euros: 50000, days: 14, people: 6,
};
const LISTED = {
  mandates: { number: 3, entries: [ENTRY], two_persons: [], changed_by: PEOPLE.gert, changed_at: AT },
  people: [
    { person: PEOPLE.gert, name: "Gert Verzonnen", acts: ["confirm", "coordinate", "share"] },
    { person: PEOPLE.anouk, name: "Ines Verzonnen", acts: ["confirm", "lend", "coordinate", "share"] },
  ],
};

const picture = (page, name) =>
  process.env.PICTURES ? page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true }) : undefined;

test("an administrator adds a deputy on a phone, and the list goes out whole, after the one that was looked at", () => {
  let sent;
  const commands = {
    "/organisations/GM1735/mandates": (body) => {
      if (body) sent = body;
      return [200, body ? { ...LISTED, mandates: { ...LISTED.mandates, number: 4, entries: body.entries } } : LISTED];
    },
  };
  const screen = { ...named("access"), path: "/mandates" };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await page.getByText("tot € 50.000").waitFor();
    await page.getByText("Niemand op de lijst mag: Uitlenen, Naar buiten delen.").waitFor();
    await page.getByRole("button", { name: "Zet iemand op de lijst" }).click();
    await page.getByLabel("Wie?").selectOption("Ines Verzonnen");
    await page.getByRole("button", { name: "Coördinator aanwijzen" }).click();
    await page.getByRole("button", { name: "Naar buiten delen" }).click();
    await page.getByLabel("Vervangt").selectOption("Gert Verzonnen");
    await page.getByLabel("Tot en met").fill("2020-12-31");
    await page.getByText("vervangt Gert Verzonnen · tot en met 31 dec").waitFor();
    await page.getByLabel("Euro's").fill("25000");
    await fits(page);
    await page.getByRole("button", { name: "Bewaar de lijst" }).click();
    await page.getByText("De lijst is bewaard en geldt nu.").waitFor();
    assert.deepEqual([sent.after, sent.entries.length, sent.two_persons], [3, 2, []]);
    const [first, deputy] = sent.entries;
    assert.deepEqual(first, ENTRY);
    assert.deepEqual(
      [deputy.person, deputy.acts, deputy.deputy_for, deputy.euros, deputy.days],
      [PEOPLE.anouk, ["confirm"], ENTRY.id, 25000, ENTRY.days],
    );
    await picture(page, "mandates-phone");
  });
});

test("the first of two yeses is seen, the second says the same in one tap, and a refusal names who else may", () => {
  const yes = {
    by: PEOPLE.anouk, organisation: "GM1735", at: AT, mandate: { id: ENTRY.id, person: PEOPLE.anouk, deputy_for: null },
    euros: null, first_by: null, first_mandate: null,
  };
  const first_yes = { confirmation: yes, circle: ["GM0153", "GM0164"], choose_self: false };
  let sent;
  const facts = { act: "confirm", organisation: "GM1735", found: 3, allowed: 2, others: [PEOPLE.anouk] };
  const detail = { nl: "Dit zijn meer mensen dan je mandaat toelaat.", en: "These are more people than your mandate allows." };
  const commands = {
    "/organisations/GM1735/mandates": [200, LISTED],
    "/confirm": (body) => [409, ((sent = body), { code: "mandate_people", status: 409, detail, facts })],
  };
  return staged(named("incident"), { size: SIZES.wide, commands }, async (page, say) => {
    const waiting = request(18, "records", 80, [0, 0, 2], { state: "provisional", confirmed: null, circle: [], first_yes });
    say(delta({ ...waiting, v: [1, 99, 0] }));
    await page.getByText("Ines Verzonnen gaf het eerste akkoord").waitFor();
    await page.getByRole("button", { name: "Bevestig dit ook: 2 organisaties" }).click();
    await page.getByText("Gevraagd: 3. Je mandaat: 2.").waitFor();
    await page.getByText("Dit mogen nu wel: Ines Verzonnen.").waitFor();
    assert.deepEqual(sent, { circle: ["GM0153", "GM0164"], choose_self: false });
    await fits(page);
    await picture(page, "second-yes");
    say(delta({ ...request(18, "records", 80, [0, 0, 2], { confirmed: { ...yes, first_by: PEOPLE.gert } }), v: [1, 100, 0] }));
    await page.getByText("Bevestigd onder het mandaat van Ines Verzonnen, na het eerste akkoord van Gert Verzonnen.").waitFor();
  });
});

test("who confirms says whether others are called now: as it was asked, or otherwise, by the hour at which it is confirmed", () => {
  const sent = [];
  const commands = { "/confirm": (body) => [409, (sent.push(body.wake), { code: "busy", status: 409, detail: { nl: "Straks.", en: "Later." }, facts: {} })] };
  return staged(named("incident"), { size: SIZES.phone, commands }, async (page, say) => {
    const waiting = (wake) => request(18, "records", 80, [0, 0, 2], { state: "provisional", confirmed: null, circle: [], wake });
    const chosen = (name) => page.getByRole("button", { name, pressed: true }).waitFor();
    const confirm = async () => {
      const heard = page.waitForResponse("**/confirm");
      await page.getByRole("button", { name: "Bevestig en vraag hulp" }).click();
      await heard;
    };
    say(delta({ ...waiting("morning"), v: [1, 99, 0] }));
    await chosen("ja, nu bellen");
    await fits(page);
    await confirm();
    say(delta({ ...waiting("not"), v: [1, 100, 0] }));
    await chosen("nee, zij kijken zelf");
    await confirm();
    // Ten past three, the next night.
    await page.clock.setFixedTime(new Date("2020-12-02T02:10:00Z"));
    await chosen("nee, bel vanaf 07:00");
    await confirm();
    await page.getByRole("button", { name: "ja, nu wekken" }).click();
    await picture(page, "confirm-at-night");
    await confirm();
    assert.deepEqual(sent, ["now", "not", "morning", "now"]);
  });
});

const OWN_KEY = {
  nl: "Je bent binnen via de inlogdienst van je organisatie. Dit kan alleen wie met een eigen sleutel is ingelogd.",
  en: "You came in through your organisation's sign-in service. This takes a key of your own.",
};
const NOT_ENOUGH = [403, { code: "provider_not_enough", status: 403, detail: OWN_KEY, facts: {} }];
/** What signing in with a key asks and answers; `inside` says that it was done. */
const touched = (inside, person) => ({
  "/directory/passkey/options": [200, { options: { challenge: "AA", rpId: "localhost" } }],
  "/directory/passkey/sign-in": () => [200, (inside(), { session: ENTRY.id })],
  "/directory/me": [200, { person }],
});
const holdKey = (page) =>
  page.evaluate(() => {
    const buffer = new Uint8Array(1).buffer;
    const response = { clientDataJSON: buffer, authenticatorData: buffer, signature: buffer };
    navigator.credentials.get = async () => ({ id: "AA", response });
  });

for (const [language, said] of [
  ["nl", { confirm: "Bevestig en vraag hulp", self: /^Ik kies zelf/, touch: "Log in met je sleutel", again: "Doe het nu opnieuw." }],
  ["en", { confirm: "Confirm and ask for help", self: /^I choose who comes/, touch: "Sign in with your key", again: "Do it again." }],
]) {
  test(`whom their organisation let in confirms with a key of their own, and keeps what was chosen (${language})`, () => {
    const sent = [];
    let inside = false;
    const commands = {
      ...touched(() => (inside = true), PEOPLE.gert),
      "/confirm": (body) => (sent.push(body), inside ? [200, { row: null, rows: [] }] : NOT_ENOUGH),
    };
    return staged(named("incident"), { size: SIZES.phone, language, commands }, async (page, say) => {
      await holdKey(page);
      say(delta({ ...request(18, "records", 80, [0, 0, 2], { state: "provisional", confirmed: null, circle: [] }), v: [1, 99, 0] }));
      await page.getByLabel(said.self).check();
      await page.getByRole("button", { name: said.confirm }).click();
      await page.getByText(OWN_KEY[language]).waitFor();
      await page.getByRole("button", { name: said.touch }).waitFor();
      await fits(page);
      await picture(page, `own-key-${language}`);
      await page.getByRole("button", { name: said.touch }).click();
      await page.getByText(said.again).waitFor();
      await fits(page);
      await page.getByRole("button", { name: said.confirm }).click();
      await page.getByText(OWN_KEY[language]).waitFor({ state: "detached" });
      assert.deepEqual([sent.length, sent[0].choose_self, sent[1]], [2, true, sent[0]]);
    });
  });
}

test("a page that is only read with a key of one's own is shown at the same place once it was touched", () => {
  let inside = false;
  const commands = {
    ...touched(() => (inside = true), PEOPLE.gert),
    "/organisations/GM1735/people": () => (inside ? [200, { people: [] }] : NOT_ENOUGH),
  };
  return staged({ ...named("access"), path: "/people" }, { size: SIZES.phone, commands }, async (page) => {
    await holdKey(page);
    await page.getByText(OWN_KEY.nl).waitFor();
    await page.getByRole("button", { name: "Log in met je sleutel" }).click();
    await page.getByText("Alles klopt. Over een jaar vragen we het weer.").waitFor();
    assert.equal(new URL(page.url()).pathname, "/people");
    await gone(page.getByText(OWN_KEY.nl));
  });
});
