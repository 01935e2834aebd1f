/** Names of colleagues, whatever they may do. */
import type { Colleague } from "../../api/directory.svelte";
import { get } from "../../api/http";
import { Names } from "../../api/names.svelte";

export const names = new Names((organisation) =>
  get<{ people: Colleague[] }>(`/api/directory/colleagues?organisation=${organisation}`),
);
