/** What the viewer may believe of the picture: Live, Connecting, Stale or Offline, with the age of the data. */

export type Status = "live" | "connecting" | "stale" | "offline" | "signed_out";

export interface Health {
  /** The socket said hello and has not closed since. */
  readonly open: boolean;
  /** When anything was last heard, in ms of this device's clock; null before the first word. */
  readonly heardAt: number | null;
  /** Attempts that failed since. */
  readonly failures: number;
  /** What the device says of its network. */
  readonly online: boolean;
  readonly signedOut: boolean;
}

/** Heartbeats come every 5 s of silence: two missed and a little means that something is wrong. */
export const SILENCE_MS = 12_000;

const STALE_MS = 10_000;
const OFFLINE_FAILURES = 4;

export function statusOf(health: Health, now: number): Status {
  if (health.signedOut) return "signed_out";
  const age = ageOf(health, now);
  if (health.open && age !== null && age < SILENCE_MS) return "live";
  if (!health.online || health.failures >= OFFLINE_FAILURES) return "offline";
  return age !== null && age >= STALE_MS ? "stale" : "connecting";
}

/** Age of the data in ms, by this device's clock alone, so that a clock that is wrong does not matter. */
export function ageOf(health: Health, now: number): number | null {
  return health.heardAt === null ? null : Math.max(0, now - health.heardAt);
}

/** Wait before attempt `failures`, doubling to 10 s; jitter keeps a thousand viewers from coming back at once. */
export function backOff(failures: number, random: number): number {
  return Math.min(10_000, 250 * 2 ** Math.min(failures, 6)) * (0.5 + random / 2);
}
