/** The wake-up list, and ladders with the requests they belong to, with a stand-in for the servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { COLLEAGUES, NOW, PEOPLE, incident, request, rowsOf } from "../fixtures/story.mjs";
import { SIZES, delta, fits, gone, named, staged } from "./staged.mjs";

const PIM = COLLEAGUES[0].person, SANNE = COLLEAGUES[1].person, IRIS = COLLEAGUES[2].person;
const GONE = "00000000-0000-0000-0000-000000000999";
const turn = (person, from_hour = 0, to_hour = 0, exercises = false) => ({ person, from_hour, to_hour, exercises });
const LISTED = {
  number: 3, minutes: 3, phone: "",
  turns: [turn(PIM, 22, 5, true), turn(GONE, 22, 5), turn(SANNE, 22, 5)],
  people: [...COLLEAGUES, { person: PEOPLE.anouk, name: "Anouk" }].map(({ person, name }) => ({ person, name, callable: person !== SANNE })),
};
const ROUTE = "/directory/wake-list";
const screen = { ...named("desk"), path: "/wake-list" };
const picture = (page, name) =>
  process.env.PICTURES ? page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true }) : undefined;

const SAID = {
  nl: {
    title: "Piketlijst", gaps: "Niemand op de lijst: 05:00–22:00.", up: "Zet Sanne hoger", down: "Zet Sanne lager", change: "Wijzig Sanne", from: "Bel vanaf",
    exercise: "Bel ook bij een oefening", remove: "Haal Een oud-collega van de lijst", add: "+ Zet op de lijst", who: "Wie erbij?",
    phone: "Neemt niemand op, bel dan", wrong: "Vul een nummer in dat je kunt bellen", save: "Bewaar de lijst", saved: "De lijst is bewaard en geldt nu.",
    number: "geen nummer dat we kunnen bellen", place: "Sanne staat nu op plaats 1.", added: "Iris staat nu op plaats 3.", more: /^Eén meer/,
  },
  en: {
    title: "Wake-up list", gaps: "Nobody on the list: 05:00–22:00.", up: "Move Sanne up", down: "Move Sanne down", change: "Change Sanne", from: "Call from",
    exercise: "Call for an exercise too", remove: "Take A former colleague off the list", add: "+ Put on the list", who: "Whom to add?",
    phone: "If nobody answers, phone", wrong: "Fill in a number that can be called", save: "Keep the list", saved: "The list is kept and counts from now on.",
    number: "no number that we can call", place: "Sanne is in place 1 now.", added: "Iris is in place 3 now.", more: /^One more/,
  },
};

for (const [language, size] of [["nl", SIZES.phone], ["en", SIZES.wide]]) {
  test(`the desk changes order, hours and whom to phone by keyboard, and sends the whole list (${language}, ${size.width} px)`, () => {
    const say = SAID[language];
    let sent;
    const commands = {
      [ROUTE]: (body) => {
        if (body) sent = body;
        return [200, body ? { ...LISTED, ...body, number: 4 } : LISTED];
      },
    };
    return staged(screen, { size, language, commands }, async (page) => {
      await page.getByText(say.gaps).waitFor();
      await page.getByText(say.number).waitFor();
      await picture(page, `wake-list-${language}`);
      await fits(page);
      await page.getByRole("button", { name: say.up }).focus();
      await page.keyboard.press("Enter");
      // The second press is without looking for the button: it kept the focus on the line's new place.
      await page.keyboard.press("Enter");
      await page.getByText(say.place).waitFor({ state: "attached" });
      // On top there is no way up: the focus is on the way down of the same line.
      await page.waitForFunction((label) => document.activeElement?.ariaLabel === label, say.down);
      await page.getByRole("button", { name: say.change }).click();
      await page.getByLabel(say.from).selectOption("05:00");
      await page.getByText(say.exercise).click();
      await page.getByRole("button", { name: say.remove }).click();
      await page.getByLabel(say.who).selectOption("Iris");
      await page.getByRole("button", { name: say.add }).click();
      await page.getByText(say.added).waitFor({ state: "attached" });
      await page.getByRole("listitem").filter({ hasText: "Iris" }).getByLabel(say.from).waitFor();
      await page.getByRole("button", { name: say.more }).click();
      const phone = page.getByLabel(say.phone);
      await phone.fill("de baas");
      await page.getByRole("button", { name: say.save }).click();
      await page.getByText(say.wrong).waitFor();
      assert.equal(sent, undefined);
      await page.waitForFunction(() => document.activeElement.type === "tel");
      await fits(page);
      await phone.fill("14 0547");
      await page.getByRole("button", { name: say.save }).click();
      await page.getByText(say.saved).waitFor();
      const turns = [turn(SANNE, 5, 5, true), turn(PIM, 22, 5, true), turn(IRIS)];
      assert.deepEqual(sent, { organisation: "GM0164", after: 3, turns, minutes: 4, phone: "14 0547" });
      await fits(page);
    });
  });
}

const DUTY = {
  nl: { until: "beschikbaar tot vandaag 18:00", off: "niet beschikbaar: nu bellen we niet", later: "Vanaf vandaag 18:00 belt deze lijst niemand", now: "Deze lijst belt nu niemand" },
  en: { until: "on duty until today 18:00", off: "not on duty: we do not call now", later: "From today 18:00 this list calls nobody", now: "This list calls nobody now" },
};

for (const [language, size] of [["nl", SIZES.phone], ["en", SIZES.wide]]) {
  test(`each line says whether it can be called, and the list from when on it calls nobody (${language}, ${size.width} px)`, () => {
    const say = DUTY[language];
    let on = [{ person: PIM, until: "2020-12-01T17:00:00Z" }];
    const commands = { [ROUTE]: [200, { ...LISTED, turns: [turn(PIM), turn(SANNE)] }], "/aid/duty": () => (on ? [200, { people: on }] : [503, { code: "unavailable" }]) };
    return staged(screen, { size, language, commands }, async (page) => {
      await page.getByRole("listitem").filter({ hasText: "Pim" }).getByText(say.until).waitFor();
      await page.getByRole("listitem").filter({ hasText: "Sanne" }).getByText(say.off).waitFor();
      await page.getByText(say.later).waitFor();
      await fits(page);
      await picture(page, `wake-list-duty-${language}`);
      on = [];
      const asked = page.waitForRequest("**/api/aid/duty?organisation=GM0164");
      await page.reload();
      await asked;
      await page.getByText(say.now).waitFor();
      on = [{ person: SANNE, until: null }];
      await page.reload();
      await page.getByRole("listitem").filter({ hasText: "Pim" }).getByText(say.off).waitFor();
      await gone(page.getByText(say.now).or(page.getByText(say.later)));
      // Where nobody can say who is on duty, nobody is said to be off.
      on = null;
      const unknown = page.waitForResponse((answer) => answer.status() === 503);
      await page.reload();
      await unknown;
      await page.getByRole("listitem").filter({ hasText: "Pim" }).waitFor();
      await gone(page.getByText(say.off));
    });
  });
}

const SWITCH = {
  nl: { evening: "tot vandaag 18:00", morning: "tot morgen 08:00", open: "tot ik het uitzet", listed: "Je staat op de piketlijst. Nu bellen we je niet.", label: "Ik ben beschikbaar" },
  en: { evening: "until today 18:00", morning: "until tomorrow 08:00", open: "until I turn it off", listed: "You are on the wake-up list. We do not call you now.", label: "I am on duty" },
};

for (const [language, size] of [["nl", SIZES.phone], ["en", SIZES.wide]]) {
  test(`duty lasts until what one chooses, and who is on the list and off duty reads that nobody calls them (${language})`, () => {
    const text = SWITCH[language];
    const sent = [];
    const commands = { "/aid/duty": (body) => [200, (sent.push(body), { row: null, rows: [] })] };
    return staged(named("tasks-none"), { size, language, commands }, async (page, say) => {
      const chip = (name, pressed) => page.getByRole("button", { name, exact: true, pressed });
      const answered = async (button) => {
        const heard = page.waitForResponse("**/api/aid/duty");
        await button.click();
        await heard;
      };
      await chip(text.evening, true).waitFor();
      await answered(chip(text.morning, false));
      await answered(chip(text.open, false));
      await fits(page);
      await picture(page, `duty-${language}`);
      const duty = rowsOf("kees").find((each) => each.kind === "duty");
      const list = { kind: "wake_list", id: "GM0168", v: [1, 1, 1], level: "own", data: { exercise: false, tlp: "TLP:AMBER", id: "GM0168", turns: [turn(PEOPLE.kees)], minutes: 3, phone: "" } };
      say(delta({ ...duty, v: [1, 99, 1], data: { ...duty.data, on: false, until: null } }, list));
      await page.getByText(text.listed).waitFor();
      await gone(chip(text.morning, false));
      await answered(page.getByRole("switch", { name: text.label }));
      const ends = sent.map(({ on, until }) => [on, until && Date.parse(until)]);
      assert.deepEqual(ends, [[true, Date.parse("2020-12-02T07:00:00Z")], [true, null], [true, null]]);
      await fits(page);
    });
  });
}

test("an empty list says whom to phone, and what the server refuses is said with the way on", () => {
  const detail = { nl: "Iemand anders wijzigde de piketlijst intussen.", en: "Somebody else changed it." };
  const empty = { ...LISTED, number: 0, turns: [] };
  const commands = { [ROUTE]: (body) => (body ? [409, { code: "wake_list_changed", status: 409, detail, facts: {} }] : [200, empty]) };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await page.getByText("Niemand staat op de lijst. Dan bellen we niemand, en jullie zien: niemand heeft dienst, bel 070 204 55 11.").waitFor();
    await page.getByRole("button", { name: "Bewaar de lijst" }).click();
    await page.getByText(detail.nl).waitFor();
    await fits(page);
    await page.getByRole("button", { name: "Toon de lijst van nu" }).click();
    await page.getByText(detail.nl).waitFor({ state: "detached" });
  });
});

test("a newer list shows at once, and takes nothing that was typed: then it is said, and shown when asked for", () => {
  let listed = { ...LISTED, phone: "14 0541" };
  const kept = (number, phone) => {
    listed = { ...listed, number, phone };
    return delta({ kind: "wake_list", id: "GM0164", v: [1, number, 1], level: "own", data: { exercise: false, tlp: "TLP:AMBER", id: "GM0164", turns: [], minutes: 3, phone } });
  };
  return staged(screen, { size: SIZES.phone, commands: { [ROUTE]: () => [200, listed] } }, async (page, say) => {
    const phone = page.getByLabel(SAID.nl.phone);
    const shows = (number) => page.waitForFunction((wanted) => document.querySelector("input[type=tel]")?.value === wanted, number);
    await shows("14 0541");
    say(kept(4, "14 0542"));
    await shows("14 0542");
    await phone.fill("14 0547");
    say(kept(5, "14 0543"));
    await page.getByText("Iemand anders heeft de lijst intussen gewijzigd.").waitFor();
    assert.equal(await phone.inputValue(), "14 0547");
    await fits(page);
    await page.getByRole("button", { name: "Toon de lijst van nu" }).click();
    await shows("14 0543");
  });
});

test("whoever signed in with a key is asked for it before the list is changed", () => {
  let purpose;
  const detail = { nl: "Probeer het zo weer.", en: "Try again in a moment." };
  const refused = (code) => [409, { code, status: 409, detail, facts: {} }];
  const commands = {
    [ROUTE]: (body) => (body ? refused("prove_it") : [200, LISTED]),
    "/directory/passkey/options": (body) => {
      ({ purpose } = body);
      return refused("busy");
    },
  };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await page.getByRole("button", { name: "Bewaar de lijst" }).click();
    await page.getByText(detail.nl).waitFor();
    assert.equal(purpose, "wake_list");
  });
});

test("who neither administers nor lends is not offered the list", () =>
  staged({ ...named("tasks"), path: "/wake-list" }, { size: SIZES.wide }, async (page) => {
    await page.getByText("Dit mag jij niet doen").first().waitFor();
    await gone(page.getByRole("link", { name: "Piketlijst" }));
  }));

test("the list is in the menu of the desk, and at 400 % zoom all of it is reached without scrolling sideways", () =>
  staged(named("desk"), { size: { width: 320, height: 256 }, commands: { [ROUTE]: [200, LISTED] } }, async (page) => {
    await page.getByText("Menu", { exact: true }).click();
    await page.getByRole("link", { name: "Piketlijst" }).click();
    await page.getByRole("button", { name: "Bewaar de lijst" }).waitFor();
    await fits(page);
  }));

const at = (minutes) => new Date(NOW + minutes * 60_000).toISOString();
const attempt = (person, minutes, state, answered = null) => ({
  id: `${person.slice(0, -2)}${minutes + 90}`, person, state, at: at(minutes), answered_at: answered === null ? null : at(answered),
});
const ladder = (request, more, version = 1) => {
  const key = `01936b1c-7000-7000-8000-0000000007${request.slice(-2)}`;
  return {
    kind: "delivery", id: key, v: [1, version, 1], level: "own",
    data: {
      exercise: true, tlp: "TLP:AMBER", id: key, request, organisation: "GM0164", asks: "help", function: "civil_affairs", state: "calling",
      asked_at: at(-9), attempts: [], passed: [], turn: null, phone: "", untold: [], ...more,
    },
  };
};
const ASKED = rowsOf("anouk").find((each) => each.kind === "approach").data.request;
const LOGS = {
  nl: {
    title: "Belronde van Hengelo", first: "Pim gebeld: ✕ kan niet (11:35)", rings: "Sanne gebeld: ◐ de telefoon gaat", off: "een collega niet gebeld: heeft geen dienst",
    next: "Geen ja om 11:44? Dan bellen we Iris.", last: "Geen ja om 11:44? Daarna is er niemand meer. Bel dan 14 074",
    yes: "Sanne gebeld: ✓ zei ja (11:43)", nobody: "Niemand zei ja. Bel 14 0741", untold: "SMS aan Pim is niet aangekomen. Bel zelf.", idle: "Niemand heeft nu dienst. Bel", earlier: "Eerdere belrondes",
  },
  en: {
    title: "Calls to Hengelo", first: "Pim called: ✕ cannot (11:35)", rings: "Sanne called: ◐ the phone rings", off: "a colleague not called: is not on duty",
    next: "No yes at 11:44? Then we call Iris.", last: "No yes at 11:44? Nobody is left after that. Then phone 14 074",
    yes: "Sanne called: ✓ said yes (11:43)", nobody: "Nobody said yes. Phone 14 0741", untold: "The text to Pim did not arrive. Phone them.", idle: "Nobody is on duty now. Phone", earlier: "Earlier calls",
  },
};

for (const [language, size] of [["nl", SIZES.phone], ["en", SIZES.wide]]) {
  test(`the desk follows its own ladder: who answered what, who is next and when, and whom to phone (${language}, ${size.width} px)`, () =>
    staged(named("desk"), { size, language }, async (page, say) => {
      const text = LOGS[language];
      const attempts = [attempt(PIM, -8, "no", -7), attempt(SANNE, -1, "calling")];
      const turn = { id: GONE, due: at(2), next: IRIS };
      say(delta(ladder(ASKED, { attempts, turn, passed: [{ person: GONE, why: "off_duty" }] })));
      const log = page.getByRole("log", { name: text.title });
      const shows = (wanted) => log.getByText(wanted).waitFor();
      await shows(text.next);
      await shows(language === "nl" ? "OEFENING" : "EXERCISE");
      const plain = async () => (await log.innerText()).replaceAll(/\s+/g, " ");
      for (const wanted of [text.first, text.rings, text.off]) assert.ok((await plain()).includes(wanted), await plain());
      await fits(page);
      await picture(page, `ladder-${language}`);
      const list = { kind: "wake_list", id: "GM0164", v: [1, 1, 1], level: "own", data: { exercise: false, tlp: "TLP:AMBER", id: "GM0164", turns: [], minutes: 3, phone: "14 074" } };
      say(delta(list, ladder(ASKED, { attempts, turn: { ...turn, next: null } }, 2)));
      await shows(text.last);
      say(delta(ladder(ASKED, { state: "nobody", attempts: [attempts[0], { ...attempts[1], state: "unanswered" }], phone: "14 0741", untold: [PIM] }, 3)));
      await shows(text.nobody);
      await shows(text.untold);
      assert.equal(await log.getByRole("link", { name: "14 0741" }).getAttribute("href"), "tel:140741");
      await fits(page);
      await picture(page, `ladder-nobody-${language}`);
      say(delta(ladder(ASKED, { state: "nobody" }, 4)));
      await shows(text.idle);
      say(delta(ladder(ASKED, { state: "answered", attempts: [attempts[0], { ...attempts[1], state: "yes", answered_at: at(1) }] }, 5)));
      await log.getByText(language === "nl" ? "zei ja" : "said yes").waitFor();
      assert.ok((await plain()).includes(text.yes), await plain());
      const old = { ...rowsOf("anouk").find((each) => each.kind === "approach"), v: [1, 2, 1] };
      say(delta({ ...old, data: { ...old.data, state: "declined" } }));
      await page.getByRole("heading", { name: text.earlier }).waitFor();
      await fits(page);
    }));
}

test("the incident's request and the one who was called show the ladder of their own organisation, also at 400 % zoom", async () => {
  for (const [name, organisation] of [["incident", "GM1735"], ["tasks", "GM0153"]]) {
    await staged(named(name), { size: { width: 320, height: 256 } }, async (page, say) => {
      const who = named(name).who;
      const { id } = rowsOf(who).find((each) => each.kind === "help_request");
      say(delta(ladder(id, { organisation, state: "waiting", turn: { id: GONE, due: at(1200), next: PIM } })));
      await page.getByRole("log").getByText("morgen 07:42 bellen we Pim").waitFor();
      await fits(page);
    });
  }
});

const OWN = {
  nl: { title: "Belronde voor akkoord", rings: "Pim wordt nu gebeld: ◐ de telefoon gaat", refused: "– zei ja per telefoon, maar dat telt niet", nobody: "Niemand van wie dit mag bevestigen zei ja. Bel 14 0547", neighbour: "Hengelo neemt niet op. Bel zelf: 074 1", late: "Niemand zei op tijd ja" },
  en: { title: "Calls for a yes", rings: "Pim is being called now: ◐ the phone rings", refused: "– said yes by telephone, but that does not count", nobody: "Nobody who may confirm this said yes. Phone 14 0547", neighbour: "Hengelo does not answer. Please phone: 074 1", late: "Nobody said yes in time" },
};

for (const [language, size] of [["nl", SIZES.phone], ["en", SIZES.wide]]) {
  test(`who asked sees who is called to confirm it, and which neighbour does not answer (${language}, ${size.width} px)`, () =>
    staged(named("incident"), { size, language }, async (page, say) => {
      const text = OWN[language];
      const rows = rowsOf(named("incident").who).filter((each) => each.kind === "help_request");
      const { id } = rows[0];
      const own = { organisation: "GM1735", asks: "confirm" };
      const turn = { id: GONE, due: at(2), next: SANNE };
      say(delta(ladder(id, { ...own, attempts: [attempt(PIM, -1, "calling")], turn })));
      const log = page.getByRole("log", { name: text.title });
      const plain = async (where) => (await where.innerText()).replaceAll(/\s+/g, " ");
      await log.getByText(text.rings.split(":")[0]).waitFor();
      assert.ok((await plain(log)).includes(text.rings), await plain(log));
      await picture(page, `own-ladder-${language}`);
      const pressed = { ...attempt(PIM, -1, "yes", 0), offer: { asked_by: SANNE }, became: "refused", refused: "mandate_over" };
      say(delta(ladder(id, { ...own, state: "nobody", attempts: [pressed], phone: "14 0547" }, 2)));
      await log.getByText(text.refused.slice(2)).waitFor();
      assert.ok((await plain(log)).includes(text.refused), await plain(log));
      assert.ok((await plain(log)).includes(text.nobody), await plain(log));
      say(delta(ladder(id, { ...own, state: "over", late: true, attempts: [pressed] }, 3)));
      await log.getByText(text.late).waitFor();
      await gone(log.getByRole("link"));
      const theirs = ladder(id, { state: "nobody", phone: "074 1" });
      for (const hidden of ["attempts", "passed", "turn", "untold"]) delete theirs.data[hidden];
      say(delta({ ...theirs, id: GONE, level: "coordinator" }));
      const outcome = page.getByRole("status").filter({ hasText: "Hengelo" });
      await outcome.waitFor();
      assert.ok((await plain(outcome)).includes(text.neighbour), await plain(outcome));
      assert.equal(await outcome.getByRole("link").getAttribute("href"), "tel:0741");
      await fits(page);
      await picture(page, `own-ladder-nobody-${language}`);
    }));
}

test("right after sending, who reports sees who of their own is called to confirm, and then whom to phone", () => {
  let incidentOf, requestOf;
  const commands = {
    "/aid/incidents": ({ id }) => [200, { row: { ...incident(), id: (incidentOf = id), data: { ...incident().data, id } }, rows: [] }],
    "/aid/requests": ({ id }) => {
      const made = request(91, "network", 6, [0, 0, 1], { incident: incidentOf, state: "provisional", confirmed: null });
      return [200, { row: { ...made, id: (requestOf = id), data: { ...made.data, id } }, rows: [] }];
    },
  };
  return staged(named("report"), { size: SIZES.phone, commands }, async (page, say) => {
    await page.getByRole("button", { name: /Paspoorten/ }).click();
    await page.getByRole("button", { name: "net", exact: true }).click();
    await page.getByLabel("Wie kunnen we bellen?").fill("0612345678");
    const too = page.getByLabel("Vraag meteen hulp");
    await too.waitFor();
    if (!(await too.isChecked())) await too.click();
    await page.getByRole("button", { name: "Meld en vraag hulp" }).click();
    await page.getByRole("heading", { name: "Verzonden" }).waitFor();
    const own = { organisation: "GM1735", asks: "confirm" };
    say(delta(ladder(requestOf, { ...own, attempts: [attempt(PIM, -1, "calling")], turn: { id: GONE, due: at(2), next: null } })));
    await page.getByText("Pim wordt nu gebeld").waitFor();
    await fits(page);
    await picture(page, "sent-calls");
    say(delta(ladder(requestOf, { ...own, state: "nobody", attempts: [attempt(PIM, -1, "unanswered", 1)], phone: "14 0547" }, 2)));
    await page.getByText("Niemand van wie dit mag bevestigen zei ja.").waitFor();
    await page.getByRole("link", { name: "14 0547" }).waitFor();
    // As the case reads it, which learns nobody's name.
    const late = ladder(requestOf, { ...own, state: "over", late: true }, 3);
    for (const hidden of ["attempts", "passed", "turn", "untold"]) delete late.data[hidden];
    say(delta({ ...late, level: "coordinator" }));
    await page.getByRole("status").filter({ hasText: "Niemand zei op tijd ja: de hulp was al nodig." }).waitFor();
    await gone(page.getByRole("link", { name: "14 0547" }));
    await fits(page);
    await picture(page, "sent-late");
  });
});
