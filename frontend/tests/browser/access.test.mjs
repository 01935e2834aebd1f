/** Getting in and letting others in, with a stand-in for the servers; phones that sign are played in `ways-in.mjs`. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { SIZES, fits, gone, named, staged, violations } from "./staged.mjs";

const INVITED = {
  person: "00000000-0000-0000-0000-000000000201", secret: "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
  code: "048213", expires_at: "2020-12-01T10:57:00Z",
};
const WORDS = {
  nl: { who: "Welke collega?", ways: ["We staan bij elkaar", "Ik bel het nummer dat ik al had"], make: "Maak een uitnodiging" },
  en: { who: "Which colleague?", ways: ["We are together", "I call the number that I had already"], make: "Make an invitation" },
};

for (const [language, name] of [["nl", "phone"], ["en", "wide"]]) {
  const words = WORDS[language];
  test(`an invitation on the screen has no violation, however it was checked (${name}, ${language})`, () =>
    staged(named("access"), { size: SIZES[name], language, commands: { "/invitations": [200, INVITED] } }, async (page) => {
      await page.getByLabel(words.who).selectOption({ label: "Sanne" });
      for (const [index, way] of words.ways.entries()) {
        await page.getByRole("button", { name: way }).click();
        await page.getByRole("button", { name: words.make }).click();
        await page.getByText("048 213").waitFor();
        // Who is elsewhere can scan nothing.
        await page.getByRole("img", { name: /QR/ }).waitFor({ state: index === 0 ? "visible" : "detached" });
        for (const scheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme: scheme });
          assert.deepEqual(await violations(page), [], `${way} ${scheme}`);
        }
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wider <= 0, `scrolls sideways by ${wider}`);
      }
    }));
}

test("the page to come in by says what to do where the link is gone", () =>
  staged({ name: "welcome", who: null, path: "/welcome" }, { size: SIZES.phone }, async (page) => {
    await page.getByText("Open de link uit je uitnodiging opnieuw").waitFor();
    assert.deepEqual(await violations(page), []);
  }));

test("outside a demonstration the page to sign in offers a key and nobody to be", () =>
  staged(named("sign-in"), { size: SIZES.phone, played: false }, async (page) => {
    await page.getByRole("button", { name: "Inloggen met je telefoon of sleutel" }).waitFor();
    await page.waitForLoadState("networkidle");
    await gone(page.getByText("demonstratie"));
    await gone(page.getByRole("alert"));
    assert.deepEqual(await violations(page), []);
  }));

const AWAY = {
  nl: { which: "Van welke organisatie?", via: "Inloggen via Enschede", said: "Log in met je sleutel, of gebruik een kaart uit de kluis." },
  en: { which: "Of which organisation?", via: "Sign in through Enschede", said: "Sign in with your key, or use a card from the vault." },
};

for (const language of ["nl", "en"]) {
  const { which, via, said } = AWAY[language];
  test(`of several organisations one chooses its own, and one that is away says which ways are left: ${language}`, () => {
    const detail = { nl: AWAY.nl.said, en: AWAY.en.said };
    const commands = {
      "/oidc/providers": [200, { organisations: ["GM0153", "GM1735"] }],
      "/oidc/start": [503, { code: "provider_away", status: 503, detail, facts: { retry_after: 10 } }],
    };
    return staged(named("sign-in"), { size: SIZES.phone, language, played: false, commands }, async (page) => {
      // Nothing is chosen in somebody's place.
      await page.getByLabel(which).waitFor();
      await gone(page.getByRole("button", { name: via }));
      await page.getByLabel(which).selectOption({ label: "Enschede" });
      await page.getByRole("button", { name: via }).click();
      await page.getByText(said).waitFor();
      await fits(page);
    });
  });
}

test("whoever was sent back with a no reads what to do, in the words of the server", () => {
  const detail = { nl: "Bind eerst je account.", en: "" };
  const commands = { "/oidc/refusals/account_unbound": [403, { code: "account_unbound", status: 403, detail, facts: {} }] };
  return staged({ ...named("sign-in"), path: "/sign-in?refused=account_unbound" }, { size: SIZES.phone, played: false, commands }, (page) =>
    page.getByText(detail.nl).waitFor());
});

test("a code is asked for in full, and how many tries are left is said", () => {
  const wrong = [409, { code: "code_wrong", status: 409, detail: { nl: "De code klopt niet.", en: "" }, facts: { left: 1 } }];
  return staged(named("welcome"), { size: SIZES.phone, commands: { "/welcome/options": wrong } }, async (page) => {
    const code = page.getByLabel("Code van zes cijfers");
    await code.waitFor();
    assert.equal(new URL(page.url()).hash, "");
    await code.fill("12 34");
    await page.getByRole("button", { name: "Maak een sleutel op dit toestel" }).click();
    await page.getByText("Vul alle zes cijfers in.").waitFor();
    assert.deepEqual(await violations(page), []);
    await code.fill("123 456");
    await page.getByRole("button", { name: "Maak een sleutel op dit toestel" }).click();
    await page.getByText("Nog 1 poging.").waitFor();
    assert.deepEqual(await violations(page), []);
  });
});

test("a key is taken away in two taps, and the first one says what it does", () => {
  let removed = 0;
  const remove = () => [200, ((removed += 1), {})];
  return staged(named("devices"), { size: SIZES.phone, commands: { "/remove": remove } }, async (page) => {
    await page.getByRole("button", { name: /^Verwijder de sleutel/ }).first().click();
    await page.getByText("Wie met deze sleutel is aangemeld, is er direct uit.").waitFor();
    assert.equal(removed, 0);
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "Nee, laat staan" }).click();
    await page.getByRole("button", { name: /^Verwijder de sleutel/ }).first().click();
    await page.getByRole("button", { name: "Ja, verwijder" }).click();
    await page.getByText("Verwijderen?").waitFor({ state: "detached" });
    assert.equal(removed, 1);
  });
});

test("the language of calls and texts is chosen in one tap, and what is chosen is said", () => {
  const sent = [];
  const commands = { "/directory/language": (body) => [200, (sent.push(body), {})] };
  return staged(named("devices"), { size: SIZES.phone, commands }, async (page) => {
    const [dutch, english] = ["Nederlands", "English"].map((name) => page.getByRole("group", { name: /belt en sms't/ }).getByRole("button", { name }));
    assert.equal(await dutch.getAttribute("aria-pressed"), "true");
    await english.click();
    await page.locator("[aria-pressed=true]", { hasText: "English" }).waitFor();
    assert.equal(await dutch.getAttribute("aria-pressed"), "false");
    assert.deepEqual(sent, [{ language: "en" }]);
    await fits(page);
  });
});

test("what is kept of somebody is one file, of every service that keeps something", () => {
  const commands = { "/directory/export": [200, { name: "Gert Verzonnen" }], "/aid/export": [200, { rows: [], acts: [] }] };
  return staged(named("devices"), { size: SIZES.phone, commands }, async (page) => {
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download mijn gegevens" }).click();
    const file = await coming;
    assert.equal(file.suggestedFilename(), "noaber.json");
    const kept = JSON.parse(await readFile(await file.path(), "utf8"));
    assert.deepEqual(kept, { person: { name: "Gert Verzonnen" }, aid: { rows: [], acts: [] }, told: [] });
  });
});
