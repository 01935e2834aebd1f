/** An organisation's people: the yearly check, a change, leaving, and a pasted list, with a stand-in for the servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PEOPLE } from "../fixtures/story.mjs";
import { SIZES, fits, gone, named, staged } from "./staged.mjs";

const someone = (person, name, more = {}) => ({
  person, name, phone: "06 00000000", functions: ["ciso"], rights: ["report"], checked_on: "2020-06-01", due: false, keys: 1, waiting: null, ...more,
});
const STAFF = [
  someone(PEOPLE.gert, "Gert Verzonnen", { rights: ["mandate", "administer"] }),
  someone("00000000-0000-0000-0000-000000000901", "Noor Verzonnen", { checked_on: "2019-05-01", due: true, keys: 0 }),
  someone("00000000-0000-0000-0000-000000000902", "Teun Verzonnen", { checked_on: null, due: true, rights: [], functions: [] }),
];
const ROUTE = "/organisations/GM1735/people";
const screen = { ...named("access"), path: "/people" };
const picture = (page, name) =>
  process.env.PICTURES ? page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true }) : undefined;

for (const language of ["nl", "en"]) {
  test(`the yearly check takes one tap a line, and who left is asked about twice (${language})`, () => {
    const said = { right: { nl: "klopt", en: "right" }, left: { nl: "werkt hier niet meer", en: "does not work here any more" } };
    const sure = { nl: "Ja, haal weg", en: "Yes, take off" };
    let people = STAFF;
    const sent = [];
    const commands = {
      [`${ROUTE}/check`]: (body) => {
        sent.push(body.people);
        people = people.map((each) => (body.people.includes(each.person) ? { ...each, due: false } : each));
        return [200, { people }];
      },
      // In one of the two the answer to an earlier tap got lost.
      [`${STAFF[2].person}/leave`]: () => (sent.push("left"), language === "nl" ? [200, {}] : [404, { code: "not_found", status: 404, detail: null, facts: {} }]),
      [ROUTE]: () => [200, { people }],
    };
    return staged(screen, { size: SIZES.phone, language, commands }, async (page) => {
      const right = page.getByRole("button", { name: `Noor Verzonnen: ${said.right[language]}` });
      await right.waitFor();
      await fits(page);
      await picture(page, `people-check-${language}`);
      await right.click();
      await right.waitFor({ state: "detached" });
      await page.waitForFunction((next) => document.activeElement?.ariaLabel === next, `Teun Verzonnen: ${said.right[language]}`);
      await page.getByRole("button", { name: `Teun Verzonnen ${said.left[language]}` }).click();
      assert.deepEqual(sent, [[STAFF[1].person]]);
      await page.getByRole("button", { name: sure[language] }).click();
      await page.getByText("Teun Verzonnen").first().waitFor({ state: "detached" });
      assert.deepEqual(sent, [[STAFF[1].person], "left"]);
      await fits(page);
    });
  });
}

test("a list is pasted, what is wrong with a line is said, and the others come in with the rights that were tapped", () => {
  let sent;
  const commands = {
    [ROUTE]: (body) => {
      if (body) sent = body.people;
      const came = (sent ?? []).map((each) => someone(each.id, each.name, { keys: 0 }));
      return [200, { people: [...STAFF, ...came] }];
    },
  };
  return staged(screen, { size: SIZES.wide, commands }, async (page) => {
    const list = page.getByLabel("Plak hier je lijst");
    await list.fill('Naam;Telefoon;Functie\n"Verzonnen, Anna";0612345678;Burgerzaken\nBob;;\nNoor Verzonnen;0600000000');
    await page.getByText("1 persoon klaar").waitFor();
    await page.getByText("er staat geen nummer in dat gebeld kan worden").waitFor();
    await page.getByText("Noor Verzonnen; 0600000000: staat al op de lijst").waitFor();
    await page.getByRole("group", { name: "Wat mogen deze mensen?" }).getByRole("button", { name: "Mensen uitlenen" }).click();
    await fits(page);
    await picture(page, "people-add");
    await page.getByRole("button", { name: "Voeg 1 persoon toe" }).click();
    await page.getByText("1 persoon toegevoegd.").waitFor();
    const [{ id, ...anna }] = sent;
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(anna, { name: "Verzonnen, Anna", phone: "0612345678", functions: ["civil_affairs"], rights: ["lend"] });
    assert.match(await list.inputValue(), /^Bob\nNoor/);
    const buffer = Buffer.from("Naam;Telefoon\nRen\u00e9 Verzonnen;0612345670", "latin1");
    await page.getByLabel("Of kies een CSV-bestand").setInputFiles({ name: "mensen.csv", mimeType: "text/csv", buffer });
    await page.getByText("René Verzonnen · 0612345670").waitFor();
  });
});

test("one's own rights are not offered, and what the server refuses is said", () => {
  const detail = { nl: "Dit is de laatste beheerder.", en: "This is the last administrator." };
  let tries = 0;
  const commands = {
    [`${ROUTE}/${PEOPLE.gert}`]: () => (tries++, [409, { code: "last_administrator", status: 409, detail, facts: {} }]),
    [ROUTE]: [200, { people: STAFF }],
  };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await page.getByRole("button", { name: "Wijzig Gert Verzonnen" }).click();
    await page.getByText("Je eigen rechten wijzigt een andere beheerder.").waitFor();
    await gone(page.getByRole("group", { name: "Rechten", exact: true }));
    await fits(page);
    await picture(page, "people-change");
    const phone = page.getByLabel("Telefoon", { exact: true });
    const number = await phone.inputValue();
    await phone.fill(" ");
    await page.getByRole("button", { name: "Bewaar" }).click();
    await page.getByText("Vul een telefoonnummer in").waitFor();
    await phone.fill(number);
    assert.equal(tries, 0);
    await page.getByRole("button", { name: "Bewaar" }).click();
    await page.getByText("Dit is de laatste beheerder.").waitFor();
  });
});

for (const language of ["nl", "en"]) {
  test(`everybody without a key gets a slip of their own, the codes stand on another sheet, and nothing else is printed (${language})`, () => {
    const text = {
      nl: { way: "Ik bel het nummer dat ik al had en zeg de code", go: "Maak 2 briefjes", done: "2 briefjes klaar", qr: "QR-code met de uitnodiging van Noor Verzonnen", codes: "Print de codes", slips: "Print de briefjes", side: "Print op één kant" },
      en: { way: "I call the number that I had already and say the code", go: "Make 2 slips", done: "2 slips ready", qr: "QR code with the invitation of Noor Verzonnen", codes: "Print the codes", slips: "Print the slips", side: "Print on one side" },
    }[language];
    const people = STAFF.map((each, at) => (at > 0 ? { ...each, keys: 0 } : each));
    let sent;
    const commands = {
      [ROUTE]: [200, { people }],
      "/organisations/GM1735/invitations": (body) => {
        sent = body;
        const invited = body.people.map((person, at) => ({ person, secret: String(at).repeat(43), code: `12345${at}`, expires_at: "2026-12-01T03:00:00Z" }));
        return [200, { invited: invited.reverse() }];
      },
    };
    return staged(screen, { size: SIZES.phone, language, commands }, async (page) => {
      await page.getByRole("button", { name: text.way }).click();
      await page.getByRole("button", { name: text.go }).click();
      await page.getByRole("heading", { name: text.done }).waitFor();
      assert.deepEqual(sent, { people: [STAFF[1].person, STAFF[2].person], checked: "call_back" });
      await page.getByRole("img", { name: text.qr }).waitFor();
      await fits(page);
      await picture(page, `people-slips-${language}`);
      await page.getByText(text.side).waitFor();
      const slip = page.getByRole("article").filter({ hasText: "Noor Verzonnen" });
      const code = page.getByRole("row").filter({ hasText: "Noor Verzonnen" });
      // Two jobs: on both sides of one sheet they would be all that opens.
      await page.evaluate(() => (window.print = () => (document.title = "printed")));
      for (const [button, onPaper] of [[text.codes, [true, false]], [text.slips, [false, true]]]) {
        await page.evaluate(() => (document.title = ""));
        await page.getByRole("button", { name: button }).click();
        await page.waitForFunction(() => document.title === "printed");
        await page.emulateMedia({ media: "print" });
        assert.deepEqual([await code.isVisible(), await slip.isVisible()], onPaper, button);
        assert.equal(await page.getByRole("heading", { level: 1 }).isVisible(), false);
        await gone(page.getByRole("button").filter({ visible: true }));
        await picture(page, `people-paper-${button}`);
        await page.emulateMedia({ media: "screen" });
      }
      // Whoever finds a slip has half of what opens.
      assert.match(await slip.innerText(), new RegExp(`/welcome#${"0".repeat(43)}`));
      assert.doesNotMatch(await slip.innerText(), /123 ?45\d/);
      assert.match(await code.innerText(), /123 450/);
    });
  });
}

const WAITING = {
  organisation: "GM1735", phone: "06 00000099", asked_by: "00000000-0000-0000-0000-000000000999",
  asked_at: "2020-12-01T09:00:00Z", alone_from: "2020-12-04T09:00:00Z",
};

test("a colleague's new number waits on the list, and a second administrator says yes to what they see", () => {
  let said;
  const commands = {
    [`${STAFF[1].person}/number`]: (body) => ((said = body), [200, {}]),
    [ROUTE]: () => [200, { people: STAFF.map((each, at) => (at === 1 && !said ? { ...each, waiting: WAITING } : each)) }],
  };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await page.getByText("Nieuw nummer: 06 00000099. Gevraagd vandaag 10:00.").waitFor();
    await fits(page);
    await picture(page, "people-number");
    await page.getByRole("button", { name: "Akkoord met het nieuwe nummer" }).click();
    await page.getByText("Nieuw nummer: 06 00000099.").waitFor({ state: "detached" });
    assert.deepEqual(said, { phone: "06 00000099", yes: true });
  });
});

test("who changes a number that then waits hears that it does not count yet", () => {
  let people = STAFF;
  const commands = {
    [`${ROUTE}/${STAFF[1].person}`]: () => {
      people = STAFF.map((each, at) => (at === 1 ? { ...each, waiting: { ...WAITING, asked_by: PEOPLE.gert } } : each));
      return [200, { people }];
    },
    [ROUTE]: () => [200, { people }],
  };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await page.getByRole("button", { name: "Wijzig Noor Verzonnen" }).click();
    await page.getByLabel("Telefoon").fill("06 00000099");
    await page.getByRole("button", { name: "Bewaar" }).click();
    await page.getByText("Bewaard: Noor Verzonnen. Het nieuwe nummer telt pas na een tweede akkoord.").waitFor();
  });
});

test("slips that were said once stay while the list is read anew", () => {
  let people = STAFF.map((each, at) => (at === 2 ? { ...each, waiting: WAITING } : each));
  let said;
  const commands = {
    "/organisations/GM1735/invitations": (body) =>
      [200, { invited: body.people.map((person) => ({ person, secret: "0".repeat(43), code: "123450", expires_at: "2026-12-01T03:00:00Z" })) }],
    // Meanwhile everybody has a key, so there is nobody left to invite.
    [`${STAFF[2].person}/number`]: (body) => ((said = body), (people = STAFF.map((each) => ({ ...each, keys: 1 }))), [200, {}]),
    [ROUTE]: () => [200, { people }],
  };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await page.getByRole("button", { name: "Ik geef het briefje zelf en zeg de code" }).click();
    await page.getByRole("button", { name: "Maak 1 briefje" }).click();
    await page.getByRole("heading", { name: "1 briefje klaar" }).waitFor();
    await page.getByRole("button", { name: "Nee, laat het oude nummer staan" }).click();
    await page.getByText("Nieuw nummer: 06 00000099.").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Maak 1 briefje" }).waitFor({ state: "detached" });
    assert.deepEqual(said, { phone: "06 00000099", yes: false });
    assert.equal(await page.getByRole("img", { name: "QR-code met de uitnodiging van Noor Verzonnen" }).isVisible(), true);
  });
});

test("who asked for it is not offered the second yes before three days are over", () => {
  const waiting = { ...WAITING, asked_by: PEOPLE.gert, alone_from: "2999-01-01T00:00:00Z" };
  const commands = { [ROUTE]: [200, { people: STAFF.map((each, at) => (at === 1 ? { ...each, waiting } : each)) }] };
  return staged(screen, { size: SIZES.phone, commands }, async (page) => {
    await page.getByRole("button", { name: "Nee, laat het oude nummer staan" }).waitFor();
    await gone(page.getByRole("button", { name: "Akkoord met het nieuwe nummer" }));
  });
});

for (const language of ["nl", "en"]) {
  test(`a person is told on every page that another number waits for them, and says no (${language})`, () => {
    const text = { nl: ["Petra Verzonnen wil jouw nummer wijzigen in 06 00000099.", "Nee, laat het oude nummer staan"], en: ["Petra Verzonnen wants to change your number to 06 00000099.", "No, keep the old number"] }[language];
    let said;
    const commands = {
      [`${PEOPLE.gert}/number`]: (body) => ((said = body), [200, {}]),
      "/api/directory/number": () => [200, { waiting: said ? null : WAITING, asked_by_name: "Petra Verzonnen" }],
    };
    return staged(named("access"), { size: SIZES.phone, language, commands }, async (page) => {
      await page.getByText(text[0]).waitFor();
      await fits(page);
      await picture(page, `people-own-number-${language}`);
      await page.getByRole("button", { name: text[1] }).click();
      await page.getByText(text[0]).waitFor({ state: "detached" });
      assert.deepEqual(said, { phone: "06 00000099", yes: false });
    });
  });
}
