/** Patterns that do not belong in a text that others read: a citizen service number or a password. */

type Suspicion = "bsn" | "password";

export function suspicion(text: string): Suspicion | null {
  if (/\b(wachtwoord|password|passwd|pincode|ww)\s*[:=]/i.test(text)) return "password";
  const numbers = text.match(/\b\d{9}\b/g) ?? [];
  return numbers.some(isServiceNumber) ? "bsn" : null;
}

/** The eleven test: weights 9 to 2 and then -1. */
function isServiceNumber(digits: string): boolean {
  const total = [...digits].reduce((sum, digit, index) => sum + Number(digit) * (index === 8 ? -1 : 9 - index), 0);
  return total % 11 === 0;
}
