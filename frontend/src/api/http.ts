/** Commands over HTTP: one key per intent, and a problem document instead of an exception. */
import type { Row } from "../gen/wire";
import { uuid7 } from "./ids";

/** RFC 9457 as our services write it; `unreachable` is our own word for no answer at all. */
export interface Problem {
  code: string;
  status: number;
  detail: { nl: string; en: string } | null;
  facts: Record<string, unknown>;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** What every command of `aid` answers. */
export interface Changed {
  row: Row | null;
  rows: Row[];
}

/** No answer at all. */
export const UNREACHABLE: Problem = { code: "unreachable", status: 0, detail: null, facts: {} };
const PATIENCE_MS = 15_000;

export async function get<T>(path: string, cache: RequestCache = "default"): Promise<Answer<T>> {
  return call<T>(path, { headers: { accept: "application/json" }, cache });
}

export async function post<T = Changed>(path: string, body: unknown, key: string): Promise<Answer<T>> {
  return call<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
  });
}

async function call<T>(path: string, options: RequestInit): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    return { ok: false, problem: UNREACHABLE };
  }
  if (!response.ok) return { ok: false, problem: await problemOf(response) };
  try {
    return { ok: true, value: (response.status === 204 ? null : await response.json()) as T };
  } catch {
    return { ok: false, problem: UNREACHABLE };
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return {
    code: body.code ?? `http_${response.status}`,
    status: response.status,
    detail: body.detail ?? null,
    facts: body.facts ?? {},
  };
}

/** Keys for one form: the same body sent again after silence has the same key, another body a new one. */
export class Keys {
  private body = "";
  private key = "";

  for(path: string, body: unknown): string {
    const text = path + JSON.stringify(body);
    if (text !== this.body) {
      this.body = text;
      this.key = uuid7();
    }
    return this.key;
  }

  /** It was answered: the next one is a new intent, even with the same words. */
  answered(): void {
    this.body = "";
  }
}
