/** Names of those who stand on an organisation's list, for its own people. */
import { directory } from "../../api/directory.svelte";
import { Names } from "../../api/names.svelte";
import { read } from "./mandates";
import { said } from "./words";

const known = new Names(read);

export const names = {
  load: (organisation: string) => known.load(organisation),
  of: (person: string, organisation: string): string =>
    known.of(person) ?? said("under.somebody", { organisation: directory.name(organisation) }),
};
