/** The passkeys of one person as the directory tells them; nothing in them opens anything. */

interface Passkey {
  id: string;
  added_at: string;
  used_at: string | null;
  backed_up: boolean;
}

export interface Passkeys {
  passkeys: Passkey[];
  invitation: { checked: string; made_at: string; expires_at: string } | null;
  restored_at: string | null;
}

export interface Sitting {
  id: string;
  started_at: string;
  expires_at: string;
  way: "demo" | "passkey" | "card" | "oidc" | "guest";
  here: boolean;
}
