/**
 * Passkeys as people meet them, on a running platform and phones that Chromium plays: `node ways-in.mjs <port> <folder>`.
 * Ends with 1 and what was on the screen when something does not appear in time.
 */
import assert from "node:assert/strict";
import { DESK, PHONE, picture, play, press, see, step } from "./acting.mjs";
import { HOME, comeIn, device, invite, opening, signedIn, touch } from "./phones.mjs";

async function main() {
  const gert = await device("gert", DESK, "/sign-in");
  let wilma, second, other, invited;

  await step("an administrator makes an invitation in person", async () => {
    await press(gert, /^Gert/);
    await signedIn(gert);
    invited = await invite(gert, "Wilma", "We staan bij elkaar");
    await gert.page.getByRole("img", { name: /QR/ }).waitFor();
    await picture(gert, "invitation");
  });

  await step("the link leaves no secret in the address bar, and a wrong code is counted", async () => {
    wilma = await device("wilma", PHONE, invited.link);
    await see(wilma, "Welkom bij Noaber");
    assert.equal(wilma.page.url(), `${HOME}/welcome`);
    await picture(wilma, "welcome");
    await comeIn(wilma, invited.code === "000 000" ? "111111" : "000000");
    await see(wilma, "Nog 4 pogingen.");
    await picture(wilma, "wrong-code");
  });

  await step("a prompt that is not answered says so, and the next try comes in", async () => {
    await wilma.knowsOwner(false);
    await comeIn(wilma, invited.code);
    await see(wilma, "Je toestel gaf geen sleutel");
    await wilma.knowsOwner(true);
    await comeIn(wilma, invited.code);
    await signedIn(wilma);
    await press(wilma, "Menu", "generic").catch(() => wilma.page.getByText("Menu", { exact: true }).click());
    await wilma.page.getByRole("button", { name: "Afmelden (Wilma)" }).waitFor();
  });

  await step("an invitation opens once", async () => {
    const late = await device("late", PHONE, invited.link);
    await comeIn(late, invited.code);
    await see(late, "Deze uitnodiging werkt niet meer");
    await picture(late, "invitation-over");
    await late.context.close();
  });

  await step("whoever has a key signs in by touch, and one without is told what to do", async () => {
    await wilma.page.getByRole("button", { name: "Afmelden (Wilma)" }).click();
    await picture(wilma, "sign-in");
    await touch(wilma);
    await signedIn(wilma);
    const stranger = await device("stranger", PHONE, "/sign-in");
    await stranger.knowsOwner(false);
    await touch(stranger);
    await see(stranger, "Je toestel gaf geen sleutel");
    await stranger.context.close();
  });

  await step("a second phone is added with the first", async () => {
    await wilma.page.goto(`${HOME}/devices`);
    await press(wilma, "Voeg een telefoon toe");
    const again = await opening(wilma);
    await picture(wilma, "second-phone");
    second = await device("second", PHONE, again.link);
    await comeIn(second, again.code);
    await signedIn(second);
    await second.page.goto(`${HOME}/devices`);
    await see(second, "dit venster");
    await second.page.waitForFunction(() => document.querySelectorAll("main li").length >= 4);
    await picture(second, "devices");
  });

  await step("a phone that is removed is out at once and stays out", async () => {
    await wilma.page.goto(`${HOME}/devices`);
    await wilma.page.getByRole("button", { name: /^Verwijder de sleutel/ }).nth(1).click();
    await press(wilma, "Ja, verwijder");
    await second.page.waitForURL(/sign-in/, { timeout: 5_000 });
    await touch(second);
    await see(second, "Met deze sleutel kun je hier niet inloggen");
    await picture(second, "refused");
  });

  await step("another person comes in by call-back, and is somebody else", async () => {
    const called = await invite(gert, await otherAdministrator(gert), "Ik bel het nummer dat ik al had");
    await picture(gert, "call-back");
    other = await device("other", PHONE, called.link);
    await comeIn(other, called.code);
    await signedIn(other);
    await other.page.getByText("Menu", { exact: true }).click();
    assert.equal(await other.page.getByRole("button", { name: "Afmelden (Wilma)" }).count(), 0);
    assert.equal(await other.page.getByRole("button", { name: /^Afmelden/ }).count(), 1);
  });

  await step("an administrator who signed in with a key shows it again before inviting", async () => {
    await other.knowsOwner(false);
    await other.page.goto(`${HOME}/access`);
    await other.page.getByLabel("Welke collega?").selectOption({ label: "Wilma" });
    await press(other, "We staan bij elkaar");
    await press(other, "Maak een uitnodiging");
    await see(other, "Je toestel gaf geen sleutel");
    await other.knowsOwner(true);
    await press(other, "Maak een uitnodiging");
    await opening(other);
    await picture(other, "invitation");
  });

  await step("signing out everywhere ends this one too", async () => {
    await wilma.page.goto(`${HOME}/devices`);
    await press(wilma, "Meld je overal af");
    await wilma.page.waitForURL(/sign-in/);
    await touch(wilma);
    await signedIn(wilma);
  });
}

/** Somebody else of the organisation who may invite too. */
async function otherAdministrator(administrator) {
  const people = await administrator.page.evaluate(async () => {
    const answer = await fetch("/api/directory/demo/people?organisation=GM1735");
    return (await answer.json()).people;
  });
  return people.find((each) => each.rights.includes("administer") && each.name !== "Gert").name;
}

await play(main);
