/** Sealed cards on a phone and on paper, with a stand-in for the servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { COLLEAGUES, INCIDENT, NOW, PEOPLE } from "../fixtures/story.mjs";
import { SIZES, delta, fits, gone, named, staged } from "./staged.mjs";

const AT = new Date(NOW).toISOString();
const LATER = new Date(NOW + 900_000).toISOString();
const SIX = "appel-peer-banaan-kers-pruim-druif";
const FACE = {
  number: "GM1735-0004", role: "ciso", words: SIX.replaceAll("-", " "), page: "https://noaber.example/card",
  link: `https://noaber.example/card#GM1735-0004.${SIX}`, printed_at: AT, expires_at: LATER, phone: "",
};
const USE = {
  use: "00000000-0000-0000-0000-000000000901", number: "GM1735-0003", organisation: "GM1735", role: "ciso", name: "Wilma",
  asked_at: AT, expires_at: LATER,
};

const card = (organisation) => ({
  kind: "card", id: `${organisation}-0003`, v: [1, 2, 0], level: "own",
  data: {
    exercise: false, tlp: "TLP:GREEN", id: `${organisation}-0003`, organisation, role: "ciso", state: "ready", printed_at: AT,
    printed_by: null, expires_at: LATER, asked_at: AT, asked: 1, used_at: null, used_by: null, approved_by: null,
    ended_at: null, ended_by: null, restored_at: null, untold: [],
  },
});

test("a scanned card asks for a name alone, shows the code, and a phone call can be asked for", () => {
  let sent;
  const commands = {
    "/cards/open": (body) => [200, ((sent = body), { code: "048213", expires_at: LATER, role: "ciso" })],
    "/cards/enter": [200, { waiting: true, expires_at: LATER }],
    "/cards/call": [200, { waiting: true, expires_at: LATER }],
  };
  const screen = { name: "card", who: null, path: `/card#GM1735-0003.${SIX}` };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await page.getByLabel("Wie ben je?").waitFor();
    assert.equal(new URL(page.url()).hash, "");
    await gone(page.getByLabel("Zes woorden"));
    await fits(page);
    await page.getByLabel("Wie ben je?").fill("Wilma");
    await page.getByRole("button", { name: "Ik bel een collega" }).click();
    await page.getByText("048 213").waitFor();
    assert.deepEqual(sent, { number: "GM1735-0003", words: SIX.replaceAll("-", " "), name: "Wilma" });
    await page.getByRole("button", { name: "Bel mij op mijn eigen nummer" }).click();
    await page.getByText("Toets daar deze code in.").waitFor();
    await fits(page);
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/card.png`, fullPage: true });
  });
});

/** Time goes on when it is told to, however long the machine takes. */
async function still(page) {
  await page.clock.install({ time: new Date(NOW) });
  await page.clock.pauseAt(new Date(NOW + 1_000));
}

test("during a call the page asks once it can have been answered, and at once when the call gives the screen back", () => {
  let asks = 0;
  const commands = {
    "/cards/open": [200, { code: "048213", expires_at: LATER, role: "ciso" }],
    "/cards/enter": () => [200, ((asks += 1), { waiting: true, expires_at: LATER })],
    "/cards/call": [200, { waiting: true, expires_at: LATER }],
  };
  const screen = { name: "card", who: null, path: `/card#GM1735-0003.${SIX}` };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await still(page);
    const until = async (number) => {
      const answered = page.waitForResponse("**/cards/enter");
      if (number === "back") await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      else await page.clock.runFor(number);
      await answered;
      // The next question waits for the answer to this one.
      await page.evaluate(() => undefined);
    };
    await page.getByLabel("Wie ben je?").fill("Wilma");
    await page.keyboard.press("Enter");
    await page.getByText("Toets daar deze code in.").waitFor();
    await page.clock.runFor(14_000);
    // What the page asked by then has arrived before this.
    await page.evaluate(() => fetch("/api/directory/organisations"));
    assert.equal(asks, 0);
    await until("back");
    assert.equal(asks, 1);
    await until(3_000);
    assert.equal(asks, 2);
    // Whether the name is known or not: the page hears nothing of it, and says this to everybody.
    const silent = page.getByText("Gaat er geen telefoon over? Bel een collega die wel kan inloggen en lees deze code voor.");
    await gone(silent);
    await page.clock.runFor(28_000);
    await silent.waitFor();
  });
});

test("silence is not a no, a wrong scan is put right by hand, a no ends the wait, and a yes leads in", () => {
  const no = (code, detail) => [409, { code, status: 409, detail: { nl: detail, en: detail }, facts: {} }];
  const opened = [200, { code: "048213", expires_at: LATER, role: "ciso" }];
  const opens = [no("card_wrong", "Deze woorden kloppen niet."), opened, opened];
  const enters = [[503, { code: "unavailable" }], no("card_over", "Deze kaart is ongeldig gemaakt."), [200, { session: "in" }]];
  const commands = { "/cards/open": () => opens.shift(), "/cards/enter": () => enters.shift() };
  const screen = { name: "card", who: null, path: `/card#GM1735-0003.${SIX}` };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await still(page);
    const ask = page.getByRole("button", { name: "Ik bel een collega" });
    await page.getByLabel("Wie ben je?").fill("Wilma");
    await ask.click();
    await page.getByText("Deze woorden kloppen niet.").waitFor();
    assert.equal(await page.getByLabel("Zes woorden").inputValue(), SIX.replaceAll("-", " "));
    await ask.click();
    await page.getByText("048 213").waitFor();
    await page.clock.runFor(3_000);
    await page.getByText("Geen verbinding. We proberen het opnieuw.").waitFor();
    await page.clock.runFor(3_000);
    await page.getByText("Deze kaart is ongeldig gemaakt.").waitFor();
    await ask.click();
    await page.getByText("048 213").waitFor();
    // The servers know from now on who is here.
    await page.evaluate((body) => fetch("/api/directory/demo/sign-in", { method: "POST", body }), JSON.stringify({ person: PEOPLE.wilma }));
    await page.clock.runFor(3_000);
    await page.clock.resume();
    await page.waitForURL(`**/incident/${INCIDENT}`);
    assert.deepEqual([opens, enters], [[], []]);
  });
});

test("a colleague hears the code, says who it is and lets them in, or makes the card void in two taps", () => {
  const sent = [];
  const prove = [403, { code: "prove_it", status: 403, detail: null, facts: {} }];
  const commands = {
    "/cards/asked": [200, { uses: [USE] }],
    "/cards/approve": (body) => (sent.push(body), [200, {}]),
    [`/cards/${USE.number}/stop`]: () => (sent.push("stop"), prove),
    "/directory/passkey/options": ({ purpose }) => (sent.push(purpose), [409, { code: "busy", status: 409, detail: { nl: "Straks.", en: "" }, facts: {} }]),
  };
  const screen = { ...named("access"), path: "/cards" };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    const who = page.getByLabel("Wie is het?"), yes = page.getByRole("button", { name: "Ja, laat binnen" });
    await who.getByRole("option", { name: "Sanne" }).waitFor({ state: "attached" });
    assert.deepEqual(await who.getByRole("option").allInnerTexts(), ["Kies een collega", "Pim", "Sanne", "Iris"]);
    await page.getByLabel("Code die je collega voorleest").fill("048 21");
    await who.selectOption("Sanne");
    assert.equal(await yes.isDisabled(), true);
    await page.getByLabel("Code die je collega voorleest").fill("048 213");
    await yes.click();
    await page.getByText("Je collega is zo binnen, twee uur lang.").waitFor();
    const stop = page.getByRole("button", { name: `Nee, maak de kaart ongeldig: ${USE.number}` });
    await stop.click();
    await page.getByText("Wie met deze kaart binnen is, is er direct uit.").waitFor();
    await fits(page);
    await page.getByRole("button", { name: "Nee, laat staan" }).click();
    await stop.click();
    assert.deepEqual(sent, [{ use: USE.use, code: "048213", person: COLLEAGUES[1].person }]);
    await page.getByRole("button", { name: "Ja, maak ongeldig" }).click();
    await page.getByText("Straks.").waitFor();
    assert.deepEqual(sent.slice(1), ["stop", "stop"]);
  });
});

test("a card of yesterday is no news, one that ran out says so, and who may not say yes makes none void", () => {
  const hours = (number) => new Date(NOW + number * 3_600_000).toISOString();
  const made = (number, more) => {
    const row = card("GM0164");
    return { ...row, id: `GM0164-${number}`, data: { ...row.data, id: `GM0164-${number}`, asked_at: null, asked: 0, ...more } };
  };
  return staged({ ...named("desk"), path: "/cards" }, { size: SIZES.phone }, async (page, say) => {
    say(delta(
      made("0005", { asked_at: hours(-1), asked: 1 }), made("0006", { state: "used", used_at: hours(-25) }), made("0007", { expires_at: hours(-1) }),
    ));
    await page.getByRole("listitem").filter({ hasText: "GM0164-0007" }).getByText("verlopen vandaag 10:42").waitFor();
    await page.getByRole("listitem").filter({ hasText: "GM0164-0005" }).getByText("klaar voor gebruik").waitFor();
    await gone(page.getByRole("link", { name: "Bekijk de kaarten" }));
    await gone(page.getByRole("button", { name: /^Maak ongeldig/ }));
  });
});

test("who administers sees at once that a card is used, says yes to it, and on paper there are cards alone", () => {
  const commands = {
    "/cards/asked": [200, { uses: [USE] }],
    "/api/directory/cards": [200, { cards: [FACE, { ...FACE, number: "GM1735-0005", phone: "14 0547" }], replaced: 1, pdf: "JVBERg==" }],
  };
  const screen = { ...named("access"), path: "/cards" };
  return staged(screen, { size: SIZES.phone, commands }, async (page, say) => {
    const own = (await page.evaluate(() => fetch("/api/live/snapshot").then((each) => each.json()))).me.organisations[0];
    say(delta(card(own)));
    await page.getByText(`Iemand wil binnenkomen met kaart ${own}-0003`).waitFor();
    await page.getByText("zegt Wilma te zijn").waitFor();
    await fits(page);
    await page.getByRole("button", { name: "CISO" }).click();
    await page.getByRole("button", { name: "Maak 1 kaart" }).click();
    await page.getByText("appel peer banaan").first().waitFor();
    await fits(page);
    await page.emulateMedia({ media: "print" });
    for (const text of ["Druk deze kaarten nu af", "Gedrukte kaarten", "Iemand wil binnenkomen met kaart"]) {
      assert.equal(await page.getByText(text).first().isVisible(), false, text);
    }
    assert.equal(await page.getByText("appel peer banaan").first().isVisible(), true);
    for (const call of ["Bel eerst ________________ of", "Bel eerst 14 0547 of"]) {
      assert.equal(await page.getByText(call).isVisible(), true, call);
    }
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/print.png`, fullPage: true });
  });
});

for (const [language, news, untold] of [
  ["nl", "is gebruikt", "Geen sms aangekomen bij: Pim, Sanne. Bel zelf."],
  ["en", "was used", "The text did not reach Pim, Sanne. Phone them."],
]) {
  test(`whom no text about a used card reached stands by name on every page, and at the card: ${language}`, () => {
    const reached = card("GM0164"), lost = card("GM0164");
    Object.assign(reached.data, { state: "used", used_at: AT, used_by: COLLEAGUES[2].person });
    Object.assign(lost.data, { ...reached.data, untold: [COLLEAGUES[0].person, COLLEAGUES[1].person] });
    return staged(named("desk"), { size: SIZES.phone, language }, async (page, say) => {
      say(delta(reached));
      await page.getByText(news).waitFor();
      await gone(page.getByText(untold.slice(0, 12)));
      say(delta({ ...lost, v: [1, 3, 0] }));
      await page.getByText(untold).waitFor();
      await fits(page);
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/card-untold-${language}.png` });
      await page.getByRole("link", { name: language === "nl" ? "Bekijk de kaarten" : "See the cards" }).click();
      await page.getByRole("listitem").getByText(untold).waitFor();
    });
  });
}
