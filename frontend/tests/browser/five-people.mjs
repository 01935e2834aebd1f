/**
 * The main job by five people with a page each, on a running platform: `node five-people.mjs <port> <picture folder>`.
 * Nobody presses reload. Ends with 1 and what was on the screen when something does not appear in time.
 */
import { DESK, PHONE, open, picture, play, port, press, see, step } from "./acting.mjs";

const WALL = { width: 1920, height: 1080 };

async function person(name, viewport, language) {
  const who = await open(name, viewport, language);
  await who.page.goto(`http://${name}.localhost:${port}/`);
  return who;
}

async function persona(name, viewport, language) {
  const who = await person(name, viewport, language);
  await signIn(who, new RegExp(`^${name}`, "i"));
  return who;
}

async function signIn(who, name) {
  await who.page.getByRole("button", { name }).first().click();
  await who.page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/** Somebody whom the demonstration does not invite by name: found among the people of an organisation. */
async function colleague(host, organisation, name) {
  const who = await person(host, PHONE);
  await who.page.getByLabel("Van welke organisatie?").selectOption({ label: organisation });
  await signIn(who, new RegExp(`^${name}`));
  await who.page.goto(`http://${host}.localhost:${port}/tasks`);
  return who;
}

async function main() {
  const wilma = await persona("wilma", PHONE);
  const gert = await persona("gert", DESK);
  const joris = await persona("joris", PHONE);
  const anouk = await persona("anouk", DESK);
  const fatima = await persona("fatima", WALL, "en-GB");
  const ruud = await persona("ruud", DESK);
  const kees = await persona("kees", PHONE);
  await fatima.page.goto(`http://fatima.localhost:${port}/wall`);

  await step("Wilma reports in three fields", async () => {
    await wilma.page.goto(`http://wilma.localhost:${port}/report`);
    await press(wilma, /Paspoorten/);
    await press(wilma, /Begraven/);
    await press(wilma, /Begraven/);
    await press(wilma, "een uur geleden");
    await wilma.page.getByLabel("Wie kunnen we bellen?").fill("06 00000000");
    await picture(wilma, "report");
    await press(wilma, "Meld incident");
    await wilma.page.waitForURL(/\/incident\//);
    await see(wilma, "070 204 55 11");
    await wilma.page.getByText("Tekst om voor te lezen").click();
    await see(wilma, /Ik bel namens/);
  });

  await step("she asks for three back-up people, provisionally", async () => {
    await press(wilma, "Vraag hulp");
    await wilma.page.getByLabel("Wie heb je nodig?").selectOption({ label: "Back-up en herstel" });
    await press(wilma, /^Eén meer/);
    await press(wilma, /^Eén meer/);
    await press(wilma, /over 6 uur|over 8 uur|over 4 uur|morgen 08:00/);
    await press(wilma, "Vraag voorlopig");
    await see(wilma, /collega's bij .* organisaties kunnen gevraagd worden/);
    await picture(wilma, "provisional");
  });

  await step("Gert, who never reloaded, gives the coordinator's role and confirms for his region", async () => {
    await press(gert, "Incidenten", "link");
    await press(gert, /Hof van Twente/, "link");
    await see(gert, "Bevestig en kies de kring");
    await gert.page.getByLabel("Geef de rol aan").selectOption({ label: "Almelo" });
    await press(gert, "Geef rol");
    await picture(gert, "confirm");
    await press(gert, "Bevestig en vraag hulp");
    await see(gert, /· kring van/);
  });

  await step("Fatima's wall fills by itself", async () => {
    await see(fatima, "Back-up and recovery");
    await picture(fatima, "wall-open", false);
  });

  await step("Joris reads why him and helps with one tap", async () => {
    await see(joris, "Waarom jij");
    await see(joris, "ja, vooraf gegeven");
    await picture(joris, "asked");
    await press(joris, "Ik help");
    await see(joris, "De plek is van jou.");
    await picture(joris, "claimed");
  });

  const unnamed = anouk.page.getByRole("listitem").filter({ has: anouk.page.getByLabel("Wie gaat er?") });

  await step("Anouk says yes for two slots at once, names follow", async () => {
    await anouk.page.goto(`http://anouk.localhost:${port}/desk`);
    await see(anouk, /Back-up en herstel/);
    await picture(anouk, "asked");
    for (const _ of [1, 2]) await press(anouk, /^Eén meer: Plekken zonder naam/);
    await press(anouk, /^Ja, 2 plekken/);
    await unnamed.nth(1).waitFor();
    await see(anouk, /namen uiterlijk/);
    await picture(anouk, "names-follow");
  });

  await step("she names two colleagues; one helps, the other switches on and cannot after all", async () => {
    const first = await chosen();
    await ask();
    const helper = await colleague("helper", "Hengelo", first);
    await press(helper, "Ik help");
    await see(helper, /definitief/);
    await picture(helper, "named");
    await anouk.page.getByRole("listitem").filter({ hasText: first }).filter({ hasText: "definitief" }).waitFor();
    const other = await colleague("other", "Hengelo", await chosen());
    await press(other, "Ik ben beschikbaar", "switch");
    await other.page.getByRole("switch", { checked: true }).waitFor();
    await ask();
    await press(other, "Kan niet");
    await see(other, /Er is nu niets aan je gevraagd/);
    await unnamed.first().waitFor(); // The slot stays with Hengelo, and a name follows again.
  });

  function chosen() {
    return unnamed.first().getByLabel("Wie gaat er?").evaluate((select) => select.selectedOptions[0].textContent.trim());
  }

  async function ask() {
    const before = await unnamed.count();
    await unnamed.first().getByRole("button", { name: "Vraag deze collega" }).click();
    await unnamed.nth(before - 1).waitFor({ state: "detached" });
  }

  await step("the wall shows both without a reload, and the curious neighbour sees nothing", async () => {
    await see(fatima, /Hengelo/);
    await see(fatima, /Enschede/);
    await picture(fatima, "wall", false);
    const seen = await kees.page.innerText("body");
    if (/Hof van Twente|Back-up/.test(seen)) throw new Error(`Kees sees: ${seen}`);
    await picture(kees, "nothing");
  });

  await step("Ruud of the IBD enters an incident on behalf of a caller", async () => {
    await ruud.page.goto(`http://ruud.localhost:${port}/report`);
    await ruud.page.getByLabel("Voor welke gemeente?").selectOption({ label: "Wierden" });
    await ruud.page.getByLabel("Namens wie meld je dit?").fill("Wacht van Wierden (verzonnen)");
    await press(ruud, /E-mail/);
    await press(ruud, "een uur geleden");
    await ruud.page.getByLabel("Wie kunnen we bellen?").fill("06 00000001");
    await press(ruud, "Meld incident");
    await see(ruud, /namens Wacht van Wierden/);
    await picture(ruud, "on-behalf");
    if (/Wierden/.test(await kees.page.innerText("body"))) throw new Error("Kees sees Wierden");
  });

  await step("Fatima's network drops: the picture says its age; it comes back right", async () => {
    await fatima.context.setOffline(true);
    await see(fatima, /Offline|No connection/);
    await press(joris, "Geef terug");
    await press(joris, "Ja, geef terug");
    await fatima.context.setOffline(false);
    await see(fatima, /gives a slot for .* back/);
    await see(fatima, /Live · \d/);
  });
}

await play(main);
