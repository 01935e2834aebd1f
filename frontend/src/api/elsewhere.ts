/** Coming in where one's organisation says who one is: through which, the way there, and a no on the way back. */
import { type Answer, type Problem, get, post } from "./http";
import { uuid7 } from "./ids";

const HOME = "/api/directory/oidc";

/** The organisations through which one can come in now; without an answer none, since there are other ways. */
export async function providers(): Promise<string[]> {
  const answer = await get<{ organisations: string[] }>(`${HOME}/providers`);
  return answer.ok ? answer.value.organisations : [];
}

/** Leaves this page for the organisation's own; the answer is what went wrong, where it did not. */
export async function through(organisation: string): Promise<Problem | null> {
  return leave(await post<{ address: string }>(`${HOME}/start`, { organisation }, uuid7()));
}

export function leave(answer: Answer<{ address: string }>): Problem | null {
  if (!answer.ok) return answer.problem;
  location.assign(answer.value.address);
  return null;
}

/** What to do for who was sent back with a no: in the server's words, since the address holds its code alone. */
export async function sentBack(): Promise<Problem | null> {
  const code = new URLSearchParams(location.search).get("refused");
  if (!code) return null;
  const answer = await get(`${HOME}/refusals/${encodeURIComponent(code)}`);
  return answer.ok ? null : answer.problem;
}
