/** Words on screen: `t` looks a key up in the dictionary of the chosen language, which is loaded when needed. */
import type { Names } from "../gen/catalogue";
import type { Key } from "./nl";
import type { Language } from "./time";

export type { Key, Language };

type Dictionary = Record<Key, string>;
type Params = Record<string, string | number>;

const MEMORY = "noaber-language";

class Words {
  language = $state<Language>("nl");
  private dictionary = $state.raw<Dictionary | null>(null);

  /** The language chosen before, else the browser's if it is not Dutch, else Dutch. */
  async start(): Promise<void> {
    const remembered = localStorage.getItem(MEMORY);
    const first: Language = navigator.language.startsWith("nl") ? "nl" : "en";
    await this.choose(remembered === "nl" || remembered === "en" ? remembered : first);
  }

  async choose(language: Language): Promise<void> {
    this.dictionary = language === "nl" ? (await import("./nl")).nl : (await import("./en")).en;
    this.language = language;
    document.documentElement.lang = language;
    localStorage.setItem(MEMORY, language);
  }

  has(key: string): key is Key {
    return this.dictionary !== null && key in this.dictionary;
  }

  text(key: Key, params: Params = {}): string {
    return fill(this.dictionary?.[key] ?? "", params);
  }
}

/** `{name}` is replaced; a text "one | more" is chosen by `n`. */
export function fill(text: string, params: Params): string {
  const forms = text.split(" | ");
  const form = forms.length === 2 ? forms[params["n"] === 1 ? 0 : 1] : text;
  return (form ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ""));
}

export const words = new Words();

/** How a screen that brings its own dictionaries says their keys. */
export function speaker<K extends string>(dictionaries: Record<Language, Record<K, string>>) {
  return (key: K, params: Params = {}): string => fill(dictionaries[words.language][key], params);
}

export function t(key: Key, params: Params = {}): string {
  return words.text(key, params);
}

/** A key made of a fixed part and a code; the code itself where the dictionary does not know it. */
export function code(prefix: string, value: string, params: Params = {}): string {
  const key = `${prefix}.${value}`;
  return words.has(key) ? words.text(key, params) : value;
}

/** A name of the catalogue. */
export function named(names: Names | undefined): string {
  return names?.[words.language] ?? "";
}

export function namedShort(names: Names): string {
  return names.short?.[words.language] || names[words.language];
}
