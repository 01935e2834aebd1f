/** Push messages on this device: asks the browser for a place to send them to, and gives it up again. */
import { type Answer, type Problem, post } from "../../api/http";
import { uuid7 } from "../../api/ids";
import { withPhone } from "../../api/phone";

interface Device {
  id: string;
  added_at: string;
  service: string;
}

/** `key`: what a browser subscribes with; empty where nothing is pushed. */
export interface Devices {
  key: string;
  devices: Device[];
}

const HOME = "/api/directory/push";

const said = (code: string, nl: string, en: string): Problem => ({ code, status: 0, detail: { nl, en }, facts: {} });

const BLOCKED = said(
  "push_blocked",
  "Je browser blokkeert meldingen van Noaber. Sta ze toe bij de instellingen van deze site en probeer het opnieuw.",
  "Your browser blocks notifications from Noaber. Allow them in the settings of this site and try again.",
);
const NO_SERVICE = said(
  "push_failed",
  "Je browser kreeg geen verbinding met zijn berichtendienst. Probeer het later. Bellen en sms'en gaan gewoon door.",
  "Your browser could not reach its push service. Try again later. Calls and text messages go on as usual.",
);

export const canPush = (): boolean => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** The id under which the directory knows this browser for this person (services/directory/rules/push.py). */
export async function idOf(person: string, endpoint: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${person} ${endpoint}`));
  const hex = [...new Uint8Array(digest).slice(0, 16)].map((each) => each.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Which of the devices this browser is; empty where it is none, or subscribed with a key that counts no more. */
export async function thisDevice(person: string, { key, devices }: Devices): Promise<string> {
  const kept = await keptHere();
  if (!kept || text(kept.options.applicationServerKey) !== key) return "";
  const id = await idOf(person, kept.endpoint);
  return devices.some((each) => each.id === id) ? id : "";
}

export async function turnOn(key: string): Promise<Answer<Devices>> {
  if ((await Notification.requestPermission()) !== "granted") return { ok: false, problem: BLOCKED };
  // It may be somebody else's, whose messages must not go on here, or one of before.
  await (await keptHere())?.unsubscribe();
  const made = await subscribed(key);
  if (!made) return { ok: false, problem: NO_SERVICE };
  const { endpoint, keys } = made.toJSON();
  const subscription = { endpoint, p256dh: keys?.["p256dh"], auth: keys?.["auth"] };
  const answer = await withPhone((phone) => phone.proven<Devices>("push", HOME, { subscription }));
  if (!answer.ok) await made.unsubscribe();
  return answer;
}

/** On any device of one's own; on this one the browser lets go of it as well. */
export async function turnOff(id: string, here: boolean): Promise<Answer<Devices>> {
  if (here) await (await keptHere())?.unsubscribe();
  return post<Devices>(`${HOME}/${id}/remove`, {}, uuid7());
}

async function keptHere(): Promise<PushSubscription | null> {
  return (await (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription()) ?? null;
}

async function subscribed(key: string): Promise<PushSubscription | null> {
  try {
    await navigator.serviceWorker.register("/sw.js");
    const worker = await navigator.serviceWorker.ready;
    return await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch {
    return null;
  }
}

function text(buffer: ArrayBuffer | null): string {
  const binary = String.fromCharCode(...new Uint8Array(buffer ?? new ArrayBuffer(0)));
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
