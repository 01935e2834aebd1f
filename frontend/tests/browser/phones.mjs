/** Devices that hold keys, as Chromium plays them, and what their owners do to come in with one. */
import { open, port, press } from "./acting.mjs";

export const HOME = `http://localhost:${port}`;

/** A browser of its own, on a device that holds keys and knows its owner. */
export async function device(name, viewport, path, language = "nl-NL") {
  const { page, context } = await open(name, viewport, language);
  const line = await context.newCDPSession(page);
  await line.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true, automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await line.send("WebAuthn.addVirtualAuthenticator", { options });
  const knowsOwner = (isUserVerified) => line.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
  await page.goto(path.startsWith("http") ? path : `${HOME}${path}`);
  return { name, page, context, line, knowsOwner };
}

export const signedIn = (who) => who.page.waitForURL((url) => !/^\/(sign-in|welcome)/.test(url.pathname));
export const touch = (who) => press(who, "Inloggen met je telefoon of sleutel");

/** Reads link and code off the screen, as the other device's owner would. */
export async function opening(who) {
  await who.page.getByText(/^http.*\/welcome#/).waitFor();
  const link = await who.page.getByText(/^http.*\/welcome#/).innerText();
  const code = await who.page.getByText(/^\d{3} \d{3}$/).innerText();
  return { link, code };
}

export async function invite(administrator, name, way) {
  await administrator.page.goto(`${HOME}/access`);
  await administrator.page.getByLabel("Welke collega?").selectOption({ label: name });
  await press(administrator, way);
  await press(administrator, "Maak een uitnodiging");
  return opening(administrator);
}

export async function comeIn(who, code) {
  await who.page.getByLabel("Code van zes cijfers").fill(code);
  await press(who, "Maak een sleutel op dit toestel");
}
