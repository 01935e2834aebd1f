/** Asks the phone for a passkey or a signature, and says in the reader's language why it gave none. */
import { type Answer, type Problem, post } from "./http";
import { uuid7 } from "./ids";

/** What opens an invitation; the server says it once. */
export interface Invited {
  secret: string;
  code: string;
  expires_at: string;
}

interface Asked {
  options: Record<string, unknown> & { challenge: string; timeout?: number };
}

const HOME = "/api/directory";

const said = (code: string, nl: string, en: string): Problem => ({ code, status: 0, detail: { nl, en }, facts: {} });

const NO_SUPPORT = said(
  "no_passkeys",
  "Deze browser kan geen sleutels gebruiken. Gebruik de gewone browser van je telefoon.",
  "This browser cannot use passkeys. Use your phone's own browser.",
);

/** By the name that the browser gives to what went wrong (WebAuthn level 3, 5.1.3 and 5.1.4). */
const FAILED: Record<string, Problem> = {
  NotAllowedError: said(
    "cancelled",
    "Je toestel gaf geen sleutel: het is afgebroken, of het duurde te lang. Probeer het opnieuw.",
    "Your device gave no key: it was cancelled, or it took too long. Try again.",
  ),
  InvalidStateError: said(
    "already_here",
    "Op dit toestel staat al een sleutel van jou. Je kunt ermee inloggen.",
    "This device already holds a key of yours. You can sign in with it.",
  ),
  SecurityError: said(
    "wrong_address",
    "Sleutels werken alleen op het echte adres. Kijk of je op het goede adres bent.",
    "Keys work on the real address only. Check that you are there.",
  ),
  NotSupportedError: NO_SUPPORT,
  ConstraintError: said(
    "no_lock",
    "Zet eerst een schermvergrendeling op dit toestel: een pincode, vinger of gezicht.",
    "First set a screen lock on this device: a PIN, a finger or a face.",
  ),
};
const OTHER = said(
  "device_failed",
  "Je toestel kon dit niet doen. Probeer het opnieuw, of gebruik een ander toestel.",
  "Your device could not do this. Try again, or use another device.",
);

export async function signIn(): Promise<Answer<{ session: string }>> {
  return signed("sign_in", `${HOME}/passkey/sign-in`);
}

/** Says with a key of one's own that it is really them, for an invitation to a second phone. */
export async function addPhone(): Promise<Answer<Invited>> {
  return signed("add", `${HOME}/passkeys/add`);
}

/** Lets a colleague in; whoever signed in with a key shows with it that it is them who asks. */
export async function invite(person: string, checked: "in_person" | "call_back"): Promise<Answer<Invited>> {
  return proven("invite", `${HOME}/invitations`, { person, checked });
}

/** Somebody from outside, for one incident; `until` in ISO 8601. */
interface GuestWanted {
  incident: string;
  organisation: string;
  name: string;
  firm: string;
  phone: string;
  until: string;
  checked: "in_person" | "call_back";
}

/** Makes a guest's link; whoever signed in with a key shows with it that it is them who asks. */
export async function inviteGuest(wanted: GuestWanted): Promise<Answer<Invited & { person: string }>> {
  return proven("guest", `${HOME}/guests`, wanted);
}

/** A command that takes a key of one's own, shown here and now; who plays in a demonstration has none. */
export async function proven<T>(purpose: Exclude<Purpose, "sign_in" | "add" | "bind">, path: string, body: object): Promise<Answer<T>> {
  const answer = await post<T>(path, body, uuid7());
  return !answer.ok && answer.problem.code === "prove_it" ? signed(purpose, path, body) : answer;
}

/** Says with a key of one's own that the account one is about to sign in with elsewhere is theirs. */
export async function bindAccount(organisation: string): Promise<Answer<{ address: string }>> {
  return signed("bind", `${HOME}/oidc/bind`, { organisation });
}

/** Makes a key on this device and comes in with it. */
export async function comeIn(secret: string, code: string): Promise<Answer<{ session: string }>> {
  const asked = await post<Asked>(`${HOME}/welcome/options`, { secret, code }, uuid7());
  if (!asked.ok) return asked;
  const made = await fromDevice(() => navigator.credentials.create({ publicKey: toMake(asked.value.options) }));
  if (!made.ok) return made;
  const response = made.value.response as AuthenticatorAttestationResponse;
  const passkey = {
    credential: made.value.id,
    client_data: text(response.clientDataJSON),
    attestation: text(response.attestationObject),
  };
  return post(`${HOME}/welcome/finish`, { secret, code, passkey }, uuid7());
}

type Purpose =
  | "sign_in" | "add" | "invite" | "guest" | "print" | "approve" | "stop" | "remove" | "mandates" | "switch" | "people" | "number" | "wake_list" | "bind" | "push" | "system";

async function signed<T>(purpose: Purpose, path: string, more: object = {}): Promise<Answer<T>> {
  const asked = await post<Asked>(`${HOME}/passkey/options`, { purpose }, uuid7());
  if (!asked.ok) return asked;
  const { challenge, rpId, timeout } = asked.value.options;
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: bytes(challenge),
    rpId: String(rpId),
    userVerification: "required",
    ...(timeout ? { timeout } : {}),
  };
  const given = await fromDevice(() => navigator.credentials.get({ publicKey }));
  if (!given.ok) return given;
  const response = given.value.response as AuthenticatorAssertionResponse;
  const passkey = {
    credential: given.value.id,
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData),
    signature: text(response.signature),
  };
  return post<T>(path, { ...more, passkey }, uuid7());
}

async function fromDevice(ask: () => Promise<Credential | null>): Promise<Answer<PublicKeyCredential>> {
  if (!("PublicKeyCredential" in window)) return { ok: false, problem: NO_SUPPORT };
  try {
    const given = await ask();
    return given ? { ok: true, value: given as PublicKeyCredential } : { ok: false, problem: OTHER };
  } catch (error) {
    return { ok: false, problem: FAILED[error instanceof Error ? error.name : ""] ?? OTHER };
  }
}

/** By hand: the browser's own parser of these options is younger than many phones. */
function toMake(options: Asked["options"]): PublicKeyCredentialCreationOptions {
  const { user, excludeCredentials, challenge, ...rest } = options as unknown as {
    challenge: string;
    user: { id: string; name: string; displayName: string };
    excludeCredentials?: { id: string }[];
  };
  const known = (excludeCredentials ?? []).map(({ id }) => ({ type: "public-key" as const, id: bytes(id) }));
  return {
    ...(rest as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytes(challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: known,
  };
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (each) => each.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
