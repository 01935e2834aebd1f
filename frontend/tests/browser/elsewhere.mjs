/**
 * Coming in where one's organisation says who one is, through a real provider: `node elsewhere.mjs <port> <folder>`.
 * Ends with 1 and what was on the screen when something does not appear in time.
 */
import assert from "node:assert/strict";
import { DESK, PHONE, picture, play, press, see, step } from "./acting.mjs";
import { HOME, comeIn, device, invite, signedIn, touch } from "./phones.mjs";

/** At the provider: who one is, and that we may know it; it asks what it does not know yet. */
async function sayWho(who, name) {
  await who.page.waitForURL((url) => url.hostname === "127.0.0.1");
  await who.page.locator("input[name=login]").fill(name);
  await who.page.locator("input[name=password]").fill("any");
  await who.page.locator("button[type=submit]").click();
  await who.page.getByRole("button", { name: "Continue" }).click();
}

const here = (who, path) => who.page.waitForURL((url) => url.href.startsWith(`${HOME}${path}`));
const narrow = async (who) =>
  assert.ok(await who.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${who.name}: too wide`);

async function main() {
  let wilma;

  await step("a member with a key links an account", async () => {
    const gert = await device("gert", DESK, "/sign-in");
    await press(gert, /^Gert/);
    await signedIn(gert);
    const invited = await invite(gert, "Wilma", "We staan bij elkaar");
    wilma = await device("wilma", PHONE, invited.link);
    await comeIn(wilma, invited.code);
    await signedIn(wilma);
    await wilma.page.goto(`${HOME}/devices`);
    await see(wilma, "Koppel je account bij Hof van Twente");
    await narrow(wilma);
    await picture(wilma, "nl-link");
    await press(wilma, "Koppel je account bij Hof van Twente");
    await sayWho(wilma, "wilma");
    await here(wilma, "/devices");
    await see(wilma, "Gekoppeld: je account bij Hof van Twente");
    await narrow(wilma);
    await picture(wilma, "nl-linked");
  });

  for (const [language, locale, through, way] of [
    ["nl", "nl-NL", "Inloggen via Hof van Twente", "via je organisatie · dit venster"],
    ["en", "en-GB", "Sign in through Hof van Twente", "through your organisation · this window"],
  ]) {
    await step(`from the page to being inside: ${language}`, async () => {
      const other = await device(`other-${language}`, PHONE, "/sign-in", locale);
      await see(other, through);
      await narrow(other);
      await picture(other, "sign-in", false);
      await press(other, through);
      await sayWho(other, "wilma");
      await here(other, "/");
      await signedIn(other);
      await other.page.goto(`${HOME}/devices`);
      await see(other, way);
      await narrow(other);
      await picture(other, "inside");
    });

    await step(`an account that nobody linked is told what to do: ${language}`, async () => {
      const stranger = await device(`stranger-${language}`, PHONE, "/sign-in", locale);
      await press(stranger, through);
      await sayWho(stranger, "somebody");
      await here(stranger, "/sign-in");
      await see(stranger, language === "nl" ? "Dit account hoort hier nog bij niemand." : "This account is nobody's here yet.");
      await narrow(stranger);
      await picture(stranger, "refused", false);
      await stranger.context.close();
    });
  }

  await step("who unlinks it is out where it opened, and comes in with the key", async () => {
    await press(wilma, "Koppel los");
    await see(wilma, "Koppel je account bij Hof van Twente");
    await wilma.page.getByText("via je organisatie").first().waitFor({ state: "detached" });
    await wilma.page.getByText("Menu", { exact: true }).click();
    await press(wilma, "Afmelden (Wilma)");
    await press(wilma, "Inloggen via Hof van Twente");
    await see(wilma, "Dit account hoort hier nog bij niemand.");
    await touch(wilma);
    await signedIn(wilma);
  });
}

await play(main);
