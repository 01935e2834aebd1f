/** A number that waits for a second person's yes, and saying yes or no to it. */
import type { Answer } from "../../api/http";
import { withPhone } from "../../api/phone";
import { pathOf } from "./path";

export interface NumberWaiting {
  organisation: string;
  phone: string;
  asked_by: string;
  asked_at: string;
  /** From when the only administrator may say yes to what they asked themselves. */
  alone_from: string;
}

/** To the number as it was seen: another one that was asked for meanwhile is not meant. */
export const sayNumber = (person: string, { organisation, phone }: NumberWaiting, yes: boolean): Promise<Answer<object>> =>
  withPhone((device) => device.proven("number", `${pathOf(organisation)}/${person}/number`, { phone, yes }));
