/** The way to what speaks with a phone: fetched when somebody needs it, since the first page of most visits does not. */
import { type Answer, UNREACHABLE } from "./http";

type Phone = typeof import("./passkeys");

/** What the phone says; where its part of the pages cannot be fetched, nothing else can. */
export async function withPhone<T>(ask: (phone: Phone) => Promise<Answer<T>>): Promise<Answer<T>> {
  const phone = await import("./passkeys").catch(() => null);
  return phone ? ask(phone) : { ok: false, problem: UNREACHABLE };
}
